import { randomUUID } from 'node:crypto';
import type { MapTarget, TaskMock, TaskTarget } from '../core/effect.ts';
import type { Json } from '../language/json.ts';
import type { EngineSettings } from '../options.ts';
import { throttled } from '../wire/api-error.ts';
import { DynamoDb } from './dynamodb.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { type Integration, type IntegrationTarget, TaskFailure } from './integration.ts';
import { Lambda } from './lambda.ts';
import { type MockConfiguration, type MockedAnswer, noMockedAnswer } from './mock-configuration.ts';
import { readItems } from './s3/item-reader.ts';
import { type ChildrenOf, writeResults } from './s3/result-writer.ts';
import { ForwardedServices } from './sdk/forwarded-services.ts';
import { type CallAction, StepFunctions } from './step-functions.ts';

/** Calls that TestState makes at once. They bypass the queue. */
const MOST_TEST_CALLS = 16;

/** The services that tasks can call: this engine itself, and those for which an endpoint is set. */
export class ServiceIntegrations {
  readonly #endpoints: readonly HttpEndpoint[];
  readonly #lambda: Lambda | undefined;
  /** By service, or by `service:action` where only some actions are integrated. */
  readonly #integrations: ReadonlyMap<string, Integration>;
  readonly #forwarded: ForwardedServices;
  readonly #childrenOf: ChildrenOf;
  readonly #mocks: MockConfiguration | undefined;
  #testCalls = 0;

  /**
   * @param callAction calls an action of this engine's own API
   * @param childrenOf reads the child executions of a Map Run
   */
  constructor(settings: EngineSettings, callAction: CallAction, childrenOf: ChildrenOf) {
    this.#childrenOf = childrenOf;
    this.#mocks = settings.mocks;
    const { account, region, lambdaEndpoint, dynamodbEndpoint, maxConcurrentInvokes, connectRetrySeconds } = settings;
    const open = (url: string | undefined): HttpEndpoint | undefined =>
      url === undefined ? undefined : new HttpEndpoint(url, maxConcurrentInvokes, connectRetrySeconds);
    const lambdaHttp = open(lambdaEndpoint);
    const dynamodbHttp = open(dynamodbEndpoint);
    this.#endpoints = [lambdaHttp, dynamodbHttp].filter((endpoint) => endpoint !== undefined);
    this.#lambda = lambdaHttp && new Lambda(lambdaHttp, `arn:aws:lambda:${region}:${account}:function:`);
    const dynamodb = dynamodbHttp && new DynamoDb(dynamodbHttp, region);
    this.#forwarded = new ForwardedServices(settings.endpoints, {
      region,
      connections: maxConcurrentInvokes,
      connectRetrySeconds,
    });
    const stepFunctions = new StepFunctions(callAction);
    this.#integrations = new Map<string, Integration>([
      ...(this.#lambda ? [['lambda:invoke', this.#lambda.invoke] as const] : []),
      ['states', stepFunctions.optimized],
      ['aws-sdk:sfn', stepFunctions.sdk],
      ...(dynamodb ? [['dynamodb', dynamodb.optimized] as const, ['aws-sdk:dynamodb', dynamodb.sdk] as const] : []),
    ]);
  }

  /**
   * Invokes a Lambda function by its ARN.
   *
   * @throws {TaskFailure} the function failed or could not be reached
   */
  async invokeFunction(functionArn: string, input: Json, cancelled: AbortSignal): Promise<Json> {
    if (!this.#lambda) {
      throw noEndpoint(functionArn, 'lambda');
    }
    return await this.#lambda.callFunction(functionArn, input, cancelled);
  }

  /**
   * The integration for a target.
   *
   * @throws {TaskFailure} there is none
   */
  integrationFor(target: IntegrationTarget): Integration {
    const service = `${target.sdk ? 'aws-sdk:' : ''}${target.service}`;
    const found =
      this.#integrations.get(service) ??
      this.#integrations.get(`${service}:${target.action}`) ??
      this.#forwarded.integrationFor(target);
    if (found) {
      return found;
    }
    throw noEndpoint(target.resource, target.service);
  }

  /** The answer that the mock file has for a mocked task. The file may have changed since the execution started. */
  mocked(mock: TaskMock): MockedAnswer {
    return this.#mocks?.answerOf(mock) ?? noMockedAnswer(mock);
  }

  /**
   * Reads a distributed Map's items, or writes its results.
   *
   * @throws {TaskFailure} S3 refused, has no endpoint or could not be reached
   */
  async mapWork({ kind }: MapTarget, input: Json, cancelled: AbortSignal): Promise<Json> {
    switch (kind) {
      case 'ITEM_READER':
        return (await readItems(input, this.#forwarded.call, cancelled)) as unknown as Json;
      case 'RESULT_WRITER':
        return await writeResults(input, this.#forwarded.call, this.#childrenOf, cancelled);
    }
  }

  /**
   * Calls a task's target for TestState, which belongs to no execution.
   *
   * @throws {TaskFailure} the target refused, failed or could not be reached
   * @throws {ApiError} ThrottlingException: too many such calls at once
   */
  async callForTest(target: TaskTarget, input: Json, cancelled: AbortSignal): Promise<Json> {
    if (this.#testCalls >= MOST_TEST_CALLS) {
      throw throttled();
    }
    this.#testCalls += 1;
    try {
      return await this.#callOnce(target, input, cancelled);
    } finally {
      this.#testCalls -= 1;
    }
  }

  close(): void {
    for (const endpoint of this.#endpoints) {
      endpoint.close();
    }
    this.#forwarded.close();
  }

  async #callOnce(target: TaskTarget, input: Json, cancelled: AbortSignal): Promise<Json> {
    switch (target.kind) {
      case 'LAMBDA_FUNCTION':
        return await this.invokeFunction(target.functionArn, input, cancelled);
      case 'INTEGRATION': {
        const origin = { executionArn: '', taskId: randomUUID() };
        return await this.integrationFor(target)({ target, input, origin, cancelled });
      }
      case 'ACTIVITY':
        throw new TaskFailure('States.Runtime', 'An activity is worked on in executions only.');
    }
  }
}

/** The failure of a task whose service has no endpoint here. */
function noEndpoint(resource: string, service: string): TaskFailure {
  const option = service === 'dynamodb' || service === 'lambda' ? `${service}-endpoint` : `endpoint ${service}=URL`;
  return new TaskFailure(
    'States.Runtime',
    `This engine does not reach the service behind ${resource}. Start the engine with --${option}.`,
  );
}
