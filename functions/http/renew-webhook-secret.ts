import { RetryableError, WebhookNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { webhookTable } from '../environment.ts';
import { newSecret } from '../webhooks/webhook.ts';
import { readWebhook, replaceSecrets, type WebhookTable } from '../webhooks/webhook-table.ts';
import { renewSecretBody, renewSecretOperation } from './contract/webhooks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';

/** How long an earlier secret signs too. */
const BOTH_SIGN_MS = 24 * 3_600_000;

/** Most earlier secrets that sign: each costs every event a signature. */
const MAX_EARLIER_SECRETS = 5;

/** Makes `POST /webhooks/secret`. */
export function createHandler(dependencies: () => { readonly webhooks: WebhookTable }): Endpoint {
  return createEndpoint(
    async (request) => {
      const { webhook_id } = readBody(request, renewSecretBody);
      const { webhooks } = dependencies();
      const webhook = await readWebhook(webhooks, webhook_id);
      if (webhook === undefined) {
        throw new WebhookNotFoundError();
      }
      const secret = newSecret();
      const now = new Date();
      const until = new Date(now.getTime() + BOTH_SIGN_MS).toISOString();
      // The receiver may still know a secret from before the last renewal.
      const earlier = webhook.secrets
        .filter((each) => each.until === undefined || now.toISOString() < each.until)
        .map((each) => ({ ...each, until: each.until ?? until }))
        .slice(-MAX_EARLIER_SECRETS);
      if (!(await replaceSecrets(webhooks, webhook, [...earlier, { secret }]))) {
        throw new RetryableError('WEBHOOKS_UNAVAILABLE', 'the webhook was changed at the same time; try again');
      }
      request.log.info('webhook got another secret', { webhook_id, by: request.owner });
      return respond(200, { webhook_id, secret, earlier_secret_until: until });
    },
    { roles: renewSecretOperation.roles },
  );
}

/** `POST /webhooks/secret`. */
export const handler = createHandler(once(() => ({ webhooks: webhookTable() })));
