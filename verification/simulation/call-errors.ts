/** Names of the errors that a caller may see in place of an answer, by what they stand for. */
export interface CallErrors {
  /** Nothing has happened. */
  readonly unreached: readonly string[];
  /** What was to happen may have happened. */
  readonly unanswered: readonly string[];
  /** Another try will not mend it. */
  readonly defects: readonly string[];
}

/** Errors of a function call that another try may mend, by the names under which Step Functions knows them. */
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

/** Errors of a `dynamodb:updateItem` task that another try may mend: throttling, its own faults, a broken connection. */
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

/** Errors of the API's own clients, by name or by the system's code. */
export const CLIENT_ERRORS: CallErrors = {
  unreached: ['ECONNREFUSED', 'ENOTFOUND'],
  unanswered: ['TimeoutError', 'ECONNRESET'],
  defects: ['TypeError'],
};
