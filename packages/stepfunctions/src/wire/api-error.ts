import type { JsonObject } from '../language/json.ts';

/** Thrown by an API action; the wire answers it as `{"__type", "message", ...fields}` the way AWS JSON 1.0 does. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** AWS's exception name, e.g. `StateMachineDoesNotExist`. */
  readonly type: string;
  /** HTTP status: 400 for everything that the caller can mend, 500 and 503 otherwise. */
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

/** The exceptions of the Step Functions API in AWS's words. Each takes what AWS puts between the quotes. */
export function invalidArn(why: string): ApiError {
  return new ApiError('InvalidArn', `Invalid Arn: '${why}'`);
}

export function invalidName(name: string): ApiError {
  return new ApiError('InvalidName', `Invalid Name: '${name}'`);
}

export function invalidToken(): ApiError {
  return new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");
}

export function taskTimedOut(): ApiError {
  return new ApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

export function stateMachineDoesNotExist(arn: string): ApiError {
  return new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

export function stateMachineAlreadyExists(arn: string): ApiError {
  return new ApiError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
}

export function stateMachineDeleting(arn: string): ApiError {
  return new ApiError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
}

export function stateMachineTypeNotSupported(why: string): ApiError {
  return new ApiError('StateMachineTypeNotSupported', why);
}

export function executionDoesNotExist(arn: string): ApiError {
  return new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

export function executionAlreadyExists(arn: string): ApiError {
  return new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
}

export function activityDoesNotExist(arn: string): ApiError {
  return new ApiError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
}

export function activityWorkerLimitExceeded(): ApiError {
  return new ApiError('ActivityWorkerLimitExceeded', 'Too many workers poll this activity at once');
}

export function resourceNotFound(arn: string): ApiError {
  return new ApiError('ResourceNotFound', `Resource not found: '${arn}'`, { fields: { resourceName: arn } });
}

export function invalidDefinition(why: string): ApiError {
  return new ApiError('InvalidDefinition', `Invalid State Machine Definition: '${why}'`);
}

export function validationFailed(message: string, reason?: string): ApiError {
  return new ApiError('ValidationException', message, reason === undefined ? {} : { fields: { reason } });
}

export function conflict(message: string): ApiError {
  return new ApiError('ConflictException', message);
}

export function throttled(): ApiError {
  return new ApiError('ThrottlingException', 'Rate exceeded');
}
