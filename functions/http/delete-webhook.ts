import { WebhookNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { webhookTable } from '../environment.ts';
import { removeWebhook, type WebhookTable } from '../webhooks/webhook-table.ts';
import { deleteWebhookOperation, webhookPath } from './contract/webhooks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readPath } from './request-reading.ts';
import { respond } from './response.ts';

/** Makes `DELETE /webhooks/{id}`. */
export function createHandler(dependencies: () => { readonly webhooks: WebhookTable }): Endpoint {
  return createEndpoint(
    async (request) => {
      const { id: webhook_id } = readPath(request, webhookPath);
      if (!(await removeWebhook(dependencies().webhooks, webhook_id))) {
        throw new WebhookNotFoundError();
      }
      request.log.info('webhook removed', { webhook_id, by: request.owner });
      return respond(200, { webhook_id });
    },
    { roles: deleteWebhookOperation.roles },
  );
}

/** `DELETE /webhooks/{id}`. */
export const handler = createHandler(once(() => ({ webhooks: webhookTable() })));
