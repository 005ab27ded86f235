import { randomBytes } from 'node:crypto';
import { InvalidRequestError, TooManyWebhooksError, WebhookExistsError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { receiverRules, webhookTable } from '../environment.ts';
import { EVENT_TYPES } from '../orders/order-event.ts';
import {
  type AddressRules,
  checkedAddresses,
  ReceiverAddressError,
  readReceiverUrl,
} from '../webhooks/receiver-address.ts';
import { newSecret } from '../webhooks/webhook.ts';
import { addWebhook, listWebhooks, MAX_WEBHOOKS, type WebhookTable } from '../webhooks/webhook-table.ts';
import { createWebhookBody, createWebhookOperation } from './contract/webhooks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';
import { webhookView } from './webhook-view.ts';

/** Dependencies of the endpoint. */
export interface CreateWebhookDependencies {
  readonly webhooks: WebhookTable;
  readonly rules: AddressRules;
}

/** Makes `POST /webhooks`. */
export function createHandler(dependencies: () => CreateWebhookDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const { url, events = [...EVENT_TYPES] } = readBody(request, createWebhookBody);
      const { webhooks, rules } = dependencies();
      const receiver_url = await receiverUrl(url, rules);
      const present = await listWebhooks(webhooks);
      const same = present.find((webhook) => webhook.receiver_url === receiver_url);
      if (same !== undefined) {
        throw new WebhookExistsError(`webhook ${same.webhook_id} has this URL; delete it for another one`);
      }
      if (present.length >= MAX_WEBHOOKS) {
        throw new TooManyWebhooksError(`there are ${present.length} webhooks already; delete one first`);
      }
      const secret = newSecret();
      const webhook = {
        webhook_id: `wh_${randomBytes(8).toString('hex')}`,
        receiver_url,
        event_types: events,
        secrets: [{ secret }],
        created_at: new Date().toISOString(),
      };
      await addWebhook(webhooks, webhook);
      request.log.info('webhook made', { webhook_id: webhook.webhook_id, by: request.owner });
      return respond(201, { ...webhookView(webhook), secret });
    },
    { roles: createWebhookOperation.roles },
  );
}

/** The URL in its normal form. @throws InvalidRequestError where events must not be sent there */
async function receiverUrl(text: string, rules: AddressRules): Promise<string> {
  try {
    const url = readReceiverUrl(text, rules);
    await checkedAddresses(url, rules);
    return url.href;
  } catch (cause) {
    if (!(cause instanceof ReceiverAddressError)) {
      throw cause;
    }
    throw new InvalidRequestError([{ path: 'url', message: cause.message }], { cause });
  }
}

/** `POST /webhooks`. */
export const handler = createHandler(once(() => ({ webhooks: webhookTable(), rules: receiverRules() })));
