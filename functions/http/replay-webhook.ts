import { WebhookNotFoundError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { deliveryExecutions, deliveryTable, webhookTable } from '../environment.ts';
import { type ReplayDependencies, replayEvents, replaySince } from '../webhooks/replay.ts';
import { readWebhook, switchOn, type WebhookTable } from '../webhooks/webhook-table.ts';
import { replayBody, replayWebhookOperation } from './contract/webhooks.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface ReplayWebhookDependencies extends ReplayDependencies {
  readonly webhooks: WebhookTable;
}

/** Makes `POST /webhooks/replay`. */
export function createHandler(dependencies: () => ReplayWebhookDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const body = readBody(request, replayBody);
      const { webhook_id } = body;
      const all = dependencies();
      const webhook = await readWebhook(all.webhooks, webhook_id);
      if (webhook === undefined) {
        throw new WebhookNotFoundError();
      }
      // Before the events wait again: a run that sees the webhook off ends, and nothing would start it.
      if (webhook.disabled_at !== undefined || webhook.failures !== undefined) {
        await switchOn(all.webhooks, webhook_id, new Date());
      }
      const { replayed, unknown, nextSince } =
        'since' in body
          ? await replaySince(all, webhook_id, new Date(body.since).toISOString(), request.log)
          : await replayEvents(all, webhook_id, body.event_ids, request.log);
      request.log.info('events replayed', { webhook_id, replayed, by: request.owner });
      return respond(202, {
        replayed,
        ...(unknown.length > 0 && { unknown }),
        next_since: nextSince,
      });
    },
    { roles: replayWebhookOperation.roles },
  );
}

/** `POST /webhooks/replay`. */
export const handler = createHandler(
  once(() => ({ webhooks: webhookTable(), deliveries: deliveryTable(), executions: deliveryExecutions() })),
);
