import { TaskFailure } from './integration.ts';

/** A service's refusal, as its answer describes it. */
export interface ServiceRefusal {
  /** The name of the exception in Step Functions: `ConditionalCheckFailedException`. */
  readonly exception: string;
  /** The code in the answer. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
}

/**
 * The failure of an optimized integration.
 *
 * @param prefix the service in the error's name, such as `DynamoDB`
 * @param service the service in the cause, such as `AmazonDynamoDBv2`
 */
export function optimizedFailure(prefix: string, service: string, refusal: ServiceRefusal): TaskFailure {
  const { exception, code, message, status, requestId } = refusal;
  return new TaskFailure(
    `${prefix}.${exception}`,
    `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/** The failure of an AWS SDK integration. `service` is spelled as AWS's Java SDK does: `DynamoDb`. */
export function sdkFailure(service: string, { exception, message, status, requestId }: ServiceRefusal): TaskFailure {
  return new TaskFailure(
    `${service}.${exception}`,
    `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId}) (SDK Attempt Count: 1)`,
  );
}
