import { ApiError } from './api-error.ts';

/** The exceptions of the Step Functions API in AWS's words. Each takes what AWS puts between the quotes. */
export const invalidArn = (why: string): ApiError => new ApiError('InvalidArn', `Invalid Arn: '${why}'`);

export const invalidName = (name: string): ApiError => new ApiError('InvalidName', `Invalid Name: '${name}'`);

export const invalidToken = (): ApiError => new ApiError('InvalidToken', "Invalid Token: 'Invalid token'");

export const taskTimedOut = (): ApiError =>
  new ApiError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");

export const stateMachineDoesNotExist = (arn: string): ApiError =>
  new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);

export const stateMachineAlreadyExists = (arn: string): ApiError =>
  new ApiError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);

export const stateMachineDeleting = (arn: string): ApiError =>
  new ApiError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);

export const stateMachineTypeNotSupported = (why: string): ApiError =>
  new ApiError('StateMachineTypeNotSupported', why);

export const executionDoesNotExist = (arn: string): ApiError =>
  new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);

export const executionAlreadyExists = (arn: string): ApiError =>
  new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);

export const activityDoesNotExist = (arn: string): ApiError =>
  new ApiError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);

export const activityWorkerLimitExceeded = (): ApiError =>
  new ApiError('ActivityWorkerLimitExceeded', 'Too many workers poll this activity at once');

export const resourceNotFound = (arn: string): ApiError =>
  new ApiError('ResourceNotFound', `Resource not found: '${arn}'`, { fields: { resourceName: arn } });

export const invalidDefinition = (why: string): ApiError =>
  new ApiError('InvalidDefinition', `Invalid State Machine Definition: '${why}'`);

export const validationFailed = (message: string, reason?: string): ApiError =>
  new ApiError('ValidationException', message, reason === undefined ? {} : { fields: { reason } });

export const conflict = (message: string): ApiError => new ApiError('ConflictException', message);

export const throttled = (): ApiError => new ApiError('ThrottlingException', 'Rate exceeded');
