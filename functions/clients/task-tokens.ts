import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  SFNServiceException,
} from '@aws-sdk/client-sfn';
import { translateSagaErrors } from './aws.ts';

/** The output of AwaitPayment for an authorized payment. */
export interface PaidDecision {
  readonly decision: 'PAID';
  readonly payment_id: string;
  readonly provider_reference: string;
}

/**
 * Completes the task AwaitPayment by its task token, so that the saga goes on. Each method returns false where no task
 * waits under the token any more, and throws RetryableError where Step Functions does not reply.
 */
export interface TaskTokens {
  /** Completes the task: the payment is authorized. */
  readonly reportPaid: (taskToken: string, decision: PaidDecision) => Promise<boolean>;
  /** Fails the task with PaymentDeclinedError: the payment that the order was placed with is refused. */
  readonly reportDeclined: (taskToken: string) => Promise<boolean>;
  /** Fails the task with OrderCancelledError: the customer cancelled. */
  readonly reportCancelled: (taskToken: string) => Promise<boolean>;
}

/** Makes the task tokens' client. */
export function createTaskTokens(client: SFNClient): TaskTokens {
  return {
    reportPaid: (taskToken, decision) =>
      completeTask(client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(decision) }))),
    reportDeclined: (taskToken) => failTask(taskToken, 'PaymentDeclinedError', 'the payment was refused'),
    reportCancelled: (taskToken) => failTask(taskToken, 'OrderCancelledError', 'cancelled by the customer'),
  };
  function failTask(taskToken: string, error: string, cause: string): Promise<boolean> {
    return completeTask(client.send(new SendTaskFailureCommand({ taskToken, error, cause })));
  }
}

/** Errors of a token under which no task waits. */
const NO_TASK_WAITS: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

async function completeTask(call: Promise<unknown>): Promise<boolean> {
  try {
    await translateSagaErrors(call);
    return true;
  } catch (error) {
    if (error instanceof SFNServiceException && NO_TASK_WAITS.has(error.name)) {
      return false;
    }
    throw error;
  }
}
