import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  SFNServiceException,
} from '@aws-sdk/client-sfn';
import { reachable } from './step-functions.ts';

/** The decision that wakes a saga which waits for its payment. */
export interface PaidDecision {
  readonly decision: 'PAID';
  readonly payment_id: string;
  readonly provider_reference: string;
}

/** Wakes sagas that wait for their payment. Methods throw RetryableError where Step Functions is out of reach. */
export interface TaskTokens {
  /** Tells the saga that the payment is authorized; false where nothing waits under the token any more. */
  readonly tellPaid: (taskToken: string, decision: PaidDecision) => Promise<boolean>;
  /** Tells the saga that the customer cancelled; false where nothing waits under the token any more. */
  readonly tellCancelled: (taskToken: string) => Promise<boolean>;
}

/** Answers to task tokens by way of the client. */
export function createTaskTokens(client: SFNClient): TaskTokens {
  return {
    tellPaid: (taskToken, decision) =>
      delivered(client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(decision) }))),
    tellCancelled: (taskToken) =>
      delivered(
        client.send(
          new SendTaskFailureCommand({ taskToken, error: 'OrderCancelledError', cause: 'cancelled by the customer' }),
        ),
      ),
  };
}

const NOTHING_WAITS: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

async function delivered(call: Promise<unknown>): Promise<boolean> {
  try {
    await reachable(call);
    return true;
  } catch (error) {
    if (error instanceof SFNServiceException && NOTHING_WAITS.has(error.name)) {
      return false;
    }
    throw error;
  }
}
