import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StepFunctionsServer, startStepFunctionsServer } from '../server.ts';
import { type HttpServer, startHttpServer } from '../testing/http-server.ts';

let lambda: HttpServer;
let engine: StepFunctionsServer;

/** A Lambda endpoint whose functions echo their event, or fail when it says so. */
beforeAll(async () => {
  lambda = await startHttpServer(async (request, response) => {
    const event = (await text(request)) || '{}';
    const failed = event.includes('"fail"');
    if (failed) {
      response.setHeader('x-amz-function-error', 'Unhandled');
    }
    response.end(failed ? '{"errorType":"BrokenError","errorMessage":"broken"}' : event);
  });
  engine = await startStepFunctionsServer({ dataDir: ':memory:', lambdaEndpoint: lambda.url });
});

afterAll(async () => {
  await engine.close();
  await lambda.close();
});

async function call(parameters: object): Promise<{ [member: string]: unknown }> {
  const response = await fetch(engine.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.TestState' },
    body: JSON.stringify(parameters),
  });
  const answer = (await response.json()) as { [member: string]: unknown };
  return response.ok ? answer : { type: answer.__type, message: answer.message };
}

const ROLE_ARN = 'arn:aws:iam::000000000000:role/r';
const pass = { Type: 'Pass', End: true };
const map = { Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: pass } }, End: true };
const distributed = { ...map.ItemProcessor, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
const read = { ...map, ItemProcessor: distributed, ItemReader: { Resource: 'arn:aws:states:::s3:getObject' } };
const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:echo', End: true };
function definition(state: object) {
  return JSON.stringify(state);
}

describe('TestState', () => {
  test('TestState takes the items that an ItemReader would read', async () => {
    const selecting = { ...read, ItemSelector: { 'v.$': '$$.Map.Item.Value.id' } };
    const request = {
      definition: definition(selecting),
      inspectionLevel: 'DEBUG',
      mock: { result: '[1,2]' },
      stateConfiguration: { mapItemReaderData: '[{"id":7},{"id":8}]' },
    };
    await expect(call(request)).resolves.toMatchObject({
      output: '[1,2]',
      inspectionData: { afterItemSelector: '[{"v":7},{"v":8}]' },
    });
  });

  test('TestState takes as many mocked results of a Parallel state as it has branches', async () => {
    const parallel = { Type: 'Parallel', Branches: [map.ItemProcessor, map.ItemProcessor], End: true };
    const request = { definition: definition(parallel) };
    await expect(call({ ...request, mock: { result: '[1,[2]]' } })).resolves.toMatchObject({ output: '[1,[2]]' });
    await expect(call({ ...request, mock: { result: '[1]' } })).resolves.toMatchObject({
      message: 'Mocked result must contain the same number of items as number of Parallel branches.',
    });
  });

  test('TestState answers the output, and the data after each step on request', async () => {
    const request = { definition: definition(pass), input: '{"a":1}' };
    await expect(call(request)).resolves.toStrictEqual({ status: 'SUCCEEDED', output: '{"a":1}' });
    await expect(call({ ...request, inspectionLevel: 'DEBUG' })).resolves.toMatchObject({
      inspectionData: { input: '{"a":1}', afterInputPath: '{"a":1}', afterResultPath: '{"a":1}' },
    });
  });

  test('TestState calls the target of a Task', async () => {
    await expect(call({ definition: definition(task), roleArn: ROLE_ARN, input: '{"a":1}' })).resolves.toStrictEqual({
      status: 'SUCCEEDED',
      output: '{"a":1}',
    });
    await expect(call({ definition: definition(task), roleArn: ROLE_ARN, input: '"fail"' })).resolves.toMatchObject({
      status: 'FAILED',
      error: 'BrokenError',
    });
  });

  test('TestState finds a nested state of a state machine by its name', async () => {
    const machine = definition({
      StartAt: 'M',
      States: { M: { ...map, Next: 'F', End: undefined }, F: { Type: 'Fail', Error: 'E' } },
    });
    await expect(call({ definition: machine, stateName: 'I', input: '5' })).resolves.toStrictEqual({
      status: 'SUCCEEDED',
      output: '5',
    });
    await expect(call({ definition: machine, stateName: 'F' })).resolves.toStrictEqual({
      status: 'FAILED',
      error: 'E',
    });
  });

  test('TestState makes up a context, or takes the one that comes with a mock', async () => {
    const asking = (at: string) => definition({ ...task, ResultSelector: { 'c.$': at } });
    const made = await call({
      definition: asking('$$'),
      roleArn: ROLE_ARN,
      mock: { result: '{}' },
      stateConfiguration: { retrierRetryCount: 2 },
    });
    expect(JSON.parse(String(made.output)).c).toMatchObject({
      Execution: {
        Id: expect.stringMatching(/^arn:aws:states:us-east-1:000000000000:express:[^:]+:[^:]+$/),
        Input: {},
        RoleArn: ROLE_ARN,
      },
      StateMachine: { Name: expect.any(String) },
      State: { Name: 'StateName', RetryCount: 2 },
    });
    const given = await call({
      definition: asking('$$.Execution.Name'),
      context: '{"Execution":{"Name":"mine"}}',
      mock: { result: '{}' },
    });
    expect(given.output).toBe('{"c":"mine"}');
  });

  test('the context names the state and the role alike, whatever the request names', async () => {
    const machine = definition({ StartAt: 'P', States: { P: { ...pass, Parameters: { 'c.$': '$$' } } } });
    const { output } = await call({ definition: machine, stateName: 'P' });
    expect(JSON.parse(String(output)).c).toMatchObject({ Execution: { RoleArn: null }, State: { Name: 'StateName' } });
  });

  test('TestState handles a mocked error by the state’s Retry and Catch', async () => {
    const state = {
      ...task,
      Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ['E'], Next: 'Mend' }],
    };
    const mock = { errorOutput: { error: 'E', cause: 'c' } };
    await expect(call({ definition: definition(state), mock })).resolves.toStrictEqual({
      status: 'RETRIABLE',
      error: 'E',
      cause: 'c',
    });
    await expect(
      call({ definition: definition(state), mock, stateConfiguration: { retrierRetryCount: 1 } }),
    ).resolves.toStrictEqual({
      status: 'CAUGHT_ERROR',
      error: 'E',
      cause: 'c',
      nextState: 'Mend',
      output: '{"Error":"E","Cause":"c"}',
    });
  });

  test('TestState can mock a service that the engine does not integrate', async () => {
    const sqs = definition({ ...task, Resource: 'arn:aws:states:::sqs:sendMessage' });
    await expect(call({ definition: sqs, mock: { result: '{"MessageId":"m"}' } })).resolves.toMatchObject({
      status: 'SUCCEEDED',
    });
    await expect(call({ definition: sqs, roleArn: ROLE_ARN })).resolves.toMatchObject({
      type: 'InvalidDefinition',
      message: expect.stringContaining('does not run'),
    });
  });
});

describe('bad requests to TestState', () => {
  const mock = { result: '{}' };
  test.each<[string, object, string]>([
    [
      'a mock of a Pass state',
      { definition: definition(pass), mock },
      "State type 'Pass' is not supported when a mock is specified",
    ],
    [
      'two mocks',
      { definition: definition(task), mock: { ...mock, errorOutput: { error: 'E' } } },
      'A test mock should have only one of the following fields: [result, errorOutput].',
    ],
    [
      'secrets with a mock',
      { definition: definition(task), mock, revealSecrets: true },
      'TestState does not support RevealSecrets when a mock is specified.',
    ],
    ['a Map’s mock that is no array', { definition: definition(map), mock }, 'Mocked result must be an array.'],
    [
      'a Task’s mock that the service would not answer',
      {
        definition: definition({ ...task, Resource: 'arn:aws:states:::lambda:invoke' }),
        mock: { result: '{"StatusCode":"200"}' },
      },
      "Mock result schema validation error: Field 'StatusCode' must be a number",
    ],
    [
      'a mock that is no JSON',
      { definition: definition(task), mock: { result: '{' } },
      'Mocked result must be valid JSON',
    ],
    ['a Task without a role', { definition: definition(task) }, 'RoleArn must be specified when testing a Task state'],
    [
      'a callback without a mock',
      {
        definition: definition({ ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
        roleArn: ROLE_ARN,
      },
      'A mock must be specified when testing a Task (arn:aws:states:::lambda:invoke.waitForTaskToken) state',
    ],
    [
      'a context without a mock',
      { definition: definition(pass), context: '{}' },
      'A context can only be specified when a mock is specified.',
    ],
    [
      'a state that is not there',
      { definition: definition({ StartAt: 'S', States: { S: pass } }), stateName: 'X' },
      'State not found in definition',
    ],
    [
      'items of a reader that the Map does not have',
      { definition: definition(map), mock: { result: '[]' }, stateConfiguration: { mapItemReaderData: '[]' } },
      'stateConfiguration.mapItemReaderData needs a Map state with an ItemReader.',
    ],
    [
      'items that are no array',
      { definition: definition(read), mock: { result: '[]' }, stateConfiguration: { mapItemReaderData: '{}' } },
      'stateConfiguration.mapItemReaderData must be a JSON array.',
    ],
    [
      'variables that are no object',
      { definition: definition(pass), variables: '[]' },
      'variables must be a JSON object',
    ],
  ])('TestState refuses %s', async (_name, request, message) => {
    await expect(call(request)).resolves.toStrictEqual({ type: 'ValidationException', message });
  });

  test.each([map, { Type: 'Parallel', Branches: [{ StartAt: 'P', States: { P: pass } }], End: true }])(
    'TestState refuses a state of other states without a mock: %j',
    async (state) => {
      await expect(call({ definition: definition(state) })).resolves.toStrictEqual({
        type: 'InvalidDefinition',
        message:
          'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      });
    },
  );

  const waiting = { ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' };
  test.each<[object, object, string | undefined]>([
    [task, { Execution: { Id: 'e', Input: [1], Name: 'n', StartTime: 's' }, State: { RetryCount: 1 } }, undefined],
    [waiting, { Task: { Token: 't' } }, undefined],
    [
      task,
      { Task: { Token: 't' } },
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    ],
    [task, { Map: {} }, "'Map' field is not supported when mocking a Context object"],
    [task, { Other: {} }, "Field 'Other' is not allowed"],
    [task, { Execution: { Other: 1 } }, "Field 'Other' is not allowed"],
    [task, { State: { Name: 5 } }, 'State.Name must be a string'],
    [task, { State: 5 }, 'State must be a object'],
    [task, { State: { RetryCount: 'x' } }, 'State.RetryCount must be a integer'],
  ])('TestState checks the context object that goes with a mock: %j, %j', async (state, context, fault) => {
    const answer = await call({ definition: definition(state), context: JSON.stringify(context), mock });
    expect(answer).toMatchObject(
      fault === undefined
        ? { status: 'SUCCEEDED' }
        : { type: 'ValidationException', message: `Invalid Context object provided: ${fault}` },
    );
  });

  test('TestState refuses an invalid definition', async () => {
    await expect(call({ definition: '{"Type":"Pas"}' })).resolves.toMatchObject({
      type: 'InvalidDefinition',
      message: expect.stringContaining('at /Type'),
    });
    await expect(call({ definition: '{"StartAt":"S","States":{}}', stateName: 'S' })).resolves.toMatchObject({
      type: 'InvalidDefinition',
    });
    await expect(call({ definition: definition(pass), input: '{' })).resolves.toMatchObject({
      type: 'InvalidExecutionInput',
    });
  });
});
