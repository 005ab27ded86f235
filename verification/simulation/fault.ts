/**
 * What goes wrong with one call, decided before it is made:
 *
 * - `none`: the call succeeds after a short latency
 * - `request lost`: an immediate error, no effect
 * - `reply lost`: the effect happens, the caller gets a retryable error
 * - `no answer`: no effect, no answer
 * - `effect without answer`: the effect happens, no answer
 * - `late`: effect and answer come `seconds` later, maybe long after the compensation
 * - `late after an error`: an immediate error; the effect happens `seconds` later, maybe after that of the retry
 * - `duplicate`: the effect happens now and again `seconds` later
 * - `slow`: time passes between the steps of the effect, and other calls interleave
 * - `callee crash`: the callee crashes after some steps of the effect, the caller gets an error
 * - `outage`: this call and all others to the same destination fail for `seconds`
 * - `caller crash`: the effect happens, but the caller crashes before it gets the answer. The engine is down for `seconds`,
 *   then repeats the call and fires its timers late. A process of the API does not come back; its customer times out
 * - `defect`: an unexpected error before the effect
 */
export const FAULT_KINDS = [
  'none',
  'request lost',
  'reply lost',
  'no answer',
  'effect without answer',
  'late',
  'late after an error',
  'duplicate',
  'slow',
  'callee crash',
  'outage',
  'caller crash',
  'defect',
] as const;

/** The fault of one call. */
export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Duration of faults that take time. */
  readonly seconds: number;
  /** Selects one of the destination's error names, modulo their number. */
  readonly error: number;
}

/** Every call after the end of a schedule succeeds. */
export const NO_FAULT: Fault = { kind: 'none', seconds: 0, error: 0 };

/** Error names that a caller may get instead of an answer, by what they mean. */
export interface CallErrors {
  /** The call had no effect. */
  readonly unreached: readonly string[];
  /** The call may have had its effect. */
  readonly unanswered: readonly string[];
  /** Terminal: a retry fails again. */
  readonly defects: readonly string[];
}

/** Retryable errors of a Lambda invocation, as Step Functions names them. */
const LAMBDA = [
  'RetryableError',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
] as const;

/** Retryable errors of a `dynamodb:updateItem` task: throttling, internal faults, broken connections. */
const DYNAMODB = [
  'DynamoDB.ProvisionedThroughputExceededException',
  'DynamoDB.AmazonDynamoDBException',
  'DynamoDB.RequestLimitExceededException',
  'DynamoDB.InternalServerErrorException',
  'DynamoDB.TransactionConflictException',
  'DynamoDB.SdkClientException',
] as const;

export const LAMBDA_ERRORS: CallErrors = {
  unreached: LAMBDA,
  unanswered: LAMBDA,
  defects: ['TypeError', 'InvalidTaskInputError'],
};

export const DYNAMODB_ERRORS: CallErrors = { unreached: DYNAMODB, unanswered: DYNAMODB, defects: ['TypeError'] };

/** Errors of the API's own clients, by name or system error code. */
export const CLIENT_ERRORS: CallErrors = {
  unreached: ['ECONNREFUSED', 'ENOTFOUND'],
  unanswered: ['TimeoutError', 'ECONNRESET'],
  defects: ['TypeError'],
};
