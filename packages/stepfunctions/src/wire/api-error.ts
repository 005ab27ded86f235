import type { JsonObject } from '../language/json.ts';

/** Thrown by an API action. AWS JSON 1.0 carries it as `{"__type", "message", ...fields}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** AWS's exception name, e.g. `StateMachineDoesNotExist`. */
  readonly type: string;
  /** HTTP status: 400 for everything that the caller can correct, 500 and 503 otherwise. */
  readonly status: number;
  /** Members besides the message, e.g. `resourceName` of ResourceNotFound. */
  readonly fields: JsonObject;

  constructor(type: string, message: string, options: { status?: number; fields?: JsonObject; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.type = type;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}

// The exceptions of the Step Functions API in AWS's words. Each takes what AWS puts between the quotes.

/** The text is no ARN, or one of a resource that the action does not take. */
export function invalidArn(why: string): ApiError {
  return new ApiError('InvalidArn', `Invalid Arn: '${why}'`);
}

/** The name is too long or has characters that AWS forbids. */
export function invalidName(name: string): ApiError {
  return new ApiError('InvalidName', `Invalid Name: '${name}'`);
}

/** The task token or page token was not issued by this engine. */
export function invalidToken(): ApiError {
  return new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");
}

/** The task of the token is over. */
export function taskTimedOut(): ApiError {
  return new ApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

/** No state machine, version or alias has the ARN. */
export function stateMachineDoesNotExist(arn: string): ApiError {
  return new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** A state machine of this name has another definition or configuration. */
export function stateMachineAlreadyExists(arn: string): ApiError {
  return new ApiError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
}

/** The state machine only finishes its running executions. */
export function stateMachineDeleting(arn: string): ApiError {
  return new ApiError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
}

/** The action does not work on this type of state machine, STANDARD or EXPRESS. */
export function stateMachineTypeNotSupported(why: string): ApiError {
  return new ApiError('StateMachineTypeNotSupported', why);
}

/** No execution has the ARN. */
export function executionDoesNotExist(arn: string): ApiError {
  return new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

/** An execution of this name has another input, or has ended. */
export function executionAlreadyExists(arn: string): ApiError {
  return new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
}

/** No activity has the ARN. */
export function activityDoesNotExist(arn: string): ApiError {
  return new ApiError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
}

/** The limit of concurrent polls is reached. */
export function activityWorkerLimitExceeded(): ApiError {
  return new ApiError('ActivityWorkerLimitExceeded', 'Too many workers poll this activity at once');
}

/** No alias, version, map run or taggable resource has the ARN. */
export function resourceNotFound(arn: string): ApiError {
  return new ApiError('ResourceNotFound', `Resource not found: '${arn}'`, { fields: { resourceName: arn } });
}

export function invalidDefinition(why: string): ApiError {
  return new ApiError('InvalidDefinition', `Invalid State Machine Definition: '${why}'`);
}

/** The request breaks a constraint. */
export function validationFailed(message: string, reason?: string): ApiError {
  return new ApiError('ValidationException', message, reason === undefined ? {} : { fields: { reason } });
}

/** The request contradicts what exists. */
export function conflict(message: string): ApiError {
  return new ApiError('ConflictException', message);
}

/** The engine is overloaded: try again later. */
export function throttled(): ApiError {
  return new ApiError('ThrottlingException', 'Rate exceeded');
}
