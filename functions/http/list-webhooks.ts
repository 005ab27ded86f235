import { once } from '../common/once.ts';
import { webhookTable } from '../environment.ts';
import { listWebhooks, type WebhookTable } from '../webhooks/webhook-table.ts';
import { listWebhooksOperation } from './contract/webhooks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respond } from './response.ts';
import { webhookView } from './webhook-view.ts';

/** Makes `GET /webhooks`. */
export function createHandler(dependencies: () => { readonly webhooks: WebhookTable }): Endpoint {
  return createEndpoint(
    async () => {
      const webhooks = await listWebhooks(dependencies().webhooks);
      return respond(200, { webhooks: webhooks.map(webhookView) });
    },
    { roles: listWebhooksOperation.roles },
  );
}

/** `GET /webhooks`. */
export const handler = createHandler(once(() => ({ webhooks: webhookTable() })));
