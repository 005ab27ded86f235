import * as z from 'zod';
import { endInvocation } from '../../telemetry/invocation.ts';
import { InvalidTaskInputError } from '../common/errors.ts';
import { type Logger, logWith, rootLogger } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { deliveryTable, receiverRules, webhookTable } from '../environment.ts';
import { type DeliverDependencies, type DeliverOutcome, deliver, InFlight } from '../webhooks/deliver.ts';

/** Room for other tasks on a laptop, where one engine runs 32 at a time. On AWS an invocation has its process for itself. */
const LIMITS = { perWebhook: 4, inAll: 12 } as const;

const inputSchema = z.object({ webhook_id: z.string().min(1), order_id: z.string().min(1), run: z.int().min(1) });

/**
 * Makes the task of the state machine webhook-delivery, which sends the events of one order to one webhook.
 *
 * @throws InvalidTaskInputError, or RetryableError where the tables do not reply
 */
export function createHandler(
  dependencies: () => DeliverDependencies,
  parent: () => Logger = rootLogger,
): (payload: unknown) => Promise<DeliverOutcome> {
  return async (payload) => {
    const input = inputSchema.safeParse(payload);
    if (!input.success) {
      throw new InvalidTaskInputError(`deliver-webhook got an invalid input: ${z.prettifyError(input.error)}`);
    }
    const { webhook_id: webhookId, order_id: orderId, run } = input.data;
    const log = logWith(parent(), { webhook_id: webhookId, order_id: orderId });
    try {
      return await deliver({ webhookId, orderId, run }, dependencies(), log);
    } finally {
      await endInvocation();
    }
  };
}

/** The task `Deliver`. */
export const handler = createHandler(
  once(() => ({
    webhooks: webhookTable(),
    deliveries: deliveryTable(),
    send: receiverRules(),
    inFlight: new InFlight(LIMITS),
  })),
);
