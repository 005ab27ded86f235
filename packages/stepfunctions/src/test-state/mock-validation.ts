import { isJsonObject, type Json } from '../language/json.ts';

/** How strictly a mocked result is checked against the service's answer. */
export type FieldValidationMode = 'STRICT' | 'PRESENT' | 'NONE';

type FieldType = 'string' | 'number' | 'boolean' | 'timestamp' | 'object' | 'array';

/** Fields of an answer; `!` marks required ones. */
interface AnswerModel {
  readonly [field: string]: FieldType | `${FieldType}!`;
}

const itemAnswer: AnswerModel = { Attributes: 'object', ConsumedCapacity: 'object', ItemCollectionMetrics: 'object' };
const startedExecution: AnswerModel = { ExecutionArn: 'string!', StartDate: 'timestamp!' };
const endedExecution: AnswerModel = {
  ExecutionArn: 'string!',
  StateMachineArn: 'string!',
  Name: 'string',
  Status: 'string!',
  StartDate: 'timestamp!',
  StopDate: 'timestamp',
};

/** The known answers of services, by resource. */
const answers: { readonly [resource: string]: AnswerModel } = {
  'lambda:invoke': { StatusCode: 'number', FunctionError: 'string', LogResult: 'string', ExecutedVersion: 'string' },
  'states:startExecution': startedExecution,
  'states:startExecution.sync': endedExecution,
  'states:startExecution.sync:2': endedExecution,
  'dynamodb:getItem': { Item: 'object', ConsumedCapacity: 'object' },
  'dynamodb:putItem': itemAnswer,
  'dynamodb:updateItem': itemAnswer,
  'dynamodb:deleteItem': itemAnswer,
};

/**
 * What is wrong with a mocked result of a Task state, or `undefined`. Results of services without a model, and of tasks
 * with a task token, are not checked.
 */
export function mockFault(resource: string, result: Json, mode: FieldValidationMode): string | undefined {
  const model = mode === 'NONE' ? undefined : answers[resource.slice(resource.indexOf(':::') + 3)];
  if (model === undefined) {
    return undefined;
  }
  if (!isJsonObject(result)) {
    return 'Mock result schema validation error: Mocked result must be an object';
  }
  for (const [field, declared] of Object.entries(model)) {
    const value = result[field];
    if (value === undefined) {
      if (mode === 'STRICT' && declared.endsWith('!')) {
        return `Mock result schema validation error: Field '${field}' is required`;
      }
      continue;
    }
    const type = declared.replace('!', '');
    if (!hasType(value, type)) {
      return `Mock result schema validation error: Field '${field}' must be ${article(type)} ${type}`;
    }
  }
  return undefined;
}

function hasType(value: Json, type: string): boolean {
  if (value === null) {
    return true;
  }
  if (type === 'timestamp') {
    return typeof value === 'string' || typeof value === 'number';
  }
  if (type === 'array') {
    return Array.isArray(value);
  }
  return type === 'object' ? isJsonObject(value) : typeof value === type;
}

function article(type: string): string {
  return type === 'object' || type === 'array' ? 'an' : 'a';
}
