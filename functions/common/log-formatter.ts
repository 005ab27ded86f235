import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/** Chains of causes are cut here; an error may be its own cause. */
const MOST_CAUSES = 8;

/** A constant such as `ORDER_NOT_FOUND` or `ECONNREFUSED`. */
const CODE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Writes the lines of the log. Of an error it writes what kind it is, what it says and where it came from, and no other
 * member: an SDK's error may hold the whole order that a condition was checked against, with task token and payment.
 */
export class ReticentLogFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, message, timestamp, serviceName, xRayTraceId, lambdaContext } = attributes;
    const base = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      service: serviceName,
      function_request_id: lambdaContext?.awsRequestId,
      xray_trace_id: xRayTraceId,
    };
    return new LogItem({ attributes: base }).addAttributes(additional);
  }

  override formatError(error: Error): LogAttributes {
    return described(error, MOST_CAUSES);
  }
}

function described(error: Error, moreCauses: number): LogAttributes {
  const { name, message, stack, cause } = error;
  const code: unknown = Reflect.get(error, 'code');
  return {
    name,
    message,
    stack,
    ...((Number.isInteger(code) || (typeof code === 'string' && CODE.test(code))) && { code }),
    ...(cause !== undefined && moreCauses > 0 && { cause: describedCause(cause, moreCauses - 1) }),
    ...(error instanceof AggregateError && { errors: error.errors.map((each) => describedCause(each, 0)) }),
  };
}

/** Anything can be thrown; of what is no error and no text only the kind is told. */
function describedCause(cause: unknown, moreCauses: number): LogAttributes | string {
  if (cause instanceof Error) {
    return described(cause, moreCauses);
  }
  return typeof cause === 'string' ? cause : `(${typeof cause})`;
}
