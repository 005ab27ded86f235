import { createHash, randomUUID } from 'node:crypto';
import type { ParentTask } from '../journal/execution-store.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { toApiRequest } from '../service-models/api-request.ts';
import { operationOf } from '../service-models/service-model.ts';
import { ApiError } from '../wire/api-error.ts';
import { optimizedFailure, type ServiceRefusal, sdkFailure } from './aws-failure.ts';
import { type Integration, type IntegrationTarget, TaskFailure, type TaskOrigin } from './integration.ts';
import { toLanguageNames, withDates } from './member-spelling.ts';

/** Calls an action of this engine's own API. */
export type CallAction = (action: string, body: JsonObject, parent: ParentTask | undefined) => Promise<JsonObject>;

/** Step Functions as a service that tasks call: this engine itself. */
export class StepFunctions {
  readonly #call: CallAction;

  constructor(call: CallAction) {
    this.#call = call;
  }

  /**
   * `states:startExecution`, also with `.sync` and `.sync:2`. Without a `Name`, one is derived from the task, so that a
   * task that runs again after a crash starts nothing twice.
   */
  readonly optimized: Integration = async ({ target, input, origin }) => {
    if (target.action !== 'startExecution') {
      throw unsupported(target);
    }
    const { Input, Name, ...parameters } = objectOf(input, target);
    const body = {
      ...requestOf(parameters, target),
      name: Name ?? derivedName(origin),
      input: inputText(Input),
    };
    const response = await this.#attempt('StartExecution', body, startedBy(target, origin), (error) =>
      optimizedFailure('StepFunctions', 'AWSStepFunctions', refusalOf(error)),
    );
    const requestId = randomUUID();
    return {
      ...toLanguageNames(withDates(response, (at) => at) as JsonObject),
      SdkHttpMetadata: {
        AllHttpHeaders: { 'x-amzn-RequestId': [requestId], 'Content-Type': ['application/x-amz-json-1.0'] },
        HttpHeaders: { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/x-amz-json-1.0' },
        HttpStatusCode: 200,
      },
      SdkResponseMetadata: { RequestId: requestId },
    };
  };

  /** `aws-sdk:sfn:…`, any action. */
  readonly sdk: Integration = async ({ target, input, origin }) => {
    const action = `${target.action.slice(0, 1).toUpperCase()}${target.action.slice(1)}`;
    const body = requestOf(objectOf(input, target), target);
    const named = action === 'StartExecution' ? { name: derivedName(origin), ...body } : body;
    const response = await this.#attempt(action, named, startedBy(target, origin), (error) =>
      sdkFailure('Sfn', refusalOf(error)),
    );
    return toLanguageNames(withDates(response, (at) => new Date(at).toISOString()) as JsonObject);
  };

  async #attempt(
    action: string,
    body: JsonObject,
    parent: ParentTask | undefined,
    failure: (error: ApiError) => TaskFailure,
  ): Promise<JsonObject> {
    try {
      return await this.#call(action, body, parent);
    } catch (error) {
      throw error instanceof ApiError ? failure(error) : error;
    }
  }
}

function objectOf(input: Json, target: IntegrationTarget): JsonObject {
  if (input !== null && typeof input === 'object' && !Array.isArray(input)) {
    return input as JsonObject;
  }
  throw new TaskFailure('States.Runtime', `The parameters of ${target.resource} must be a JSON object.`);
}

/** Parameters with the API's names. An object that is given for text, such as `Input` or `Output`, becomes JSON. */
function requestOf(parameters: JsonObject, { service, action, sdk }: IntegrationTarget): JsonObject {
  const shape = operationOf(service, action, sdk)?.input;
  return shape === undefined ? parameters : toApiRequest(parameters, shape);
}

/** The input of the new execution as JSON text. A string is taken as it is. */
function inputText(input: Json | undefined): string {
  if (input === undefined || input === null) {
    return '{}';
  }
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/** The same name for every run of one task after a crash. A retry is another task. */
function derivedName({ executionArn, taskId }: TaskOrigin): string {
  const hex = createHash('sha256').update(`${executionArn}/${taskId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Stored with the new execution, so that a task that runs again after a crash finds it in any status. */
function startedBy({ pattern }: IntegrationTarget, { execution, taskId }: TaskOrigin): ParentTask | undefined {
  return execution === undefined
    ? undefined
    : { execution, taskId, waits: pattern === 'RUN_A_JOB' || pattern === 'RUN_A_JOB_V2' };
}

function classOf(type: string): string {
  return type.endsWith('Exception') ? type : `${type}Exception`;
}

function refusalOf({ type, status, message }: ApiError): ServiceRefusal {
  return { exception: classOf(type), code: type, status, message, requestId: randomUUID() };
}

function unsupported(target: IntegrationTarget): TaskFailure {
  return new TaskFailure(
    'States.Runtime',
    `The service integration ${target.resource} is not supported by this engine.`,
  );
}
