import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const ROLE = 'arn:aws:iam::000000000000:role/r';
const PASS = { Type: 'Pass', End: true };
const TASK = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f', End: true };
const MAP = { Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: PASS } }, End: true };
const DISTRIBUTED = {
  ...MAP,
  ItemProcessor: { ...MAP.ItemProcessor, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
};
const READING = { ...DISTRIBUTED, ItemReader: { Resource: 'arn:aws:states:::s3:getObject' } };
const WRITING = {
  ...DISTRIBUTED,
  ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b', Prefix: 'p' } },
};
const PARALLEL = { Type: 'Parallel', Branches: [MAP.ItemProcessor], End: true };

const on = withTestEngine({}, 'file');

function tested(state: JsonObject, more: JsonObject = {}): Promise<JsonObject> {
  return on.call('TestState', { definition: JSON.stringify(state), ...more });
}

function calling(resource: string): JsonObject {
  return { ...TASK, Resource: `arn:aws:states:::${resource}` };
}

function result(value: string, more: JsonObject = {}): JsonObject {
  return { mock: { result: value, ...more } };
}

describe('a request to TestState', () => {
  test.each<[string, JsonObject, JsonObject, string]>([
    ['empty variables', PASS, { variables: '' }, 'variables is not valid JSON: Unexpected end-of-input'],
    [
      'variables that are half JSON',
      PASS,
      { variables: '{' },
      'variables is not valid JSON: Unexpected end-of-input: expected close marker for Object',
    ],
    ['variables that are a text', PASS, { variables: '"x"' }, 'variables must be a JSON object'],
    ['an empty context', TASK, { ...result('{}'), context: '' }, 'context is not valid JSON: Unexpected end-of-input'],
    ['a context that is a list', TASK, { ...result('{}'), context: '[]' }, 'context must be a JSON object'],
    [
      'an empty mock',
      TASK,
      { mock: {} },
      'A test mock should have only one of the following fields: [result, errorOutput].',
    ],
    ['an empty mocked result', TASK, result(''), 'Mocked result must be valid JSON'],
    ['an object for a Parallel', PARALLEL, result('{}'), 'Mocked result must be an array.'],
    ['a list for a Map that writes its results', WRITING, result('[]'), 'Mocked result must be a JSON object.'],
    ['a text for a Map that writes its results', WRITING, result('"x"'), 'Mocked result must be a JSON object.'],
    [
      'no items where they stand for those of a reader',
      READING,
      { ...result('[]'), stateConfiguration: { mapItemReaderData: '' } },
      'stateConfiguration.mapItemReaderData must be a JSON array.',
    ],
    [
      'half of the items',
      READING,
      { ...result('[]'), stateConfiguration: { mapItemReaderData: '[1,' } },
      'stateConfiguration.mapItemReaderData must be a JSON array.',
    ],
    [
      'items for a Task',
      TASK,
      { ...result('{}'), stateConfiguration: { mapItemReaderData: '[]' } },
      'stateConfiguration.mapItemReaderData needs a Map state with an ItemReader.',
    ],
    [
      'an activity without a mock',
      { ...TASK, Resource: 'arn:aws:states:us-east-1:000000000000:activity:work' },
      { roleArn: ROLE },
      'A mock must be specified when testing a Task (arn:aws:states:us-east-1:000000000000:activity:work) state',
    ],
    [
      'a job without a mock',
      { ...calling('states:startExecution.sync'), Parameters: { StateMachineArn: 'm' } },
      { roleArn: ROLE },
      'A mock must be specified when testing a Task (arn:aws:states:::states:startExecution.sync) state',
    ],
    [
      'an answer without what is required, strictly',
      calling('states:startExecution'),
      result('{}', { fieldValidationMode: 'STRICT' }),
      "Mock result schema validation error: Required field 'ExecutionArn' is missing",
    ],
    [
      'an answer without what is required, where nothing says how strict to be',
      calling('states:startExecution'),
      result('{}'),
      "Mock result schema validation error: Required field 'ExecutionArn' is missing",
    ],
    [
      'an answer with a member of a wrong type',
      calling('states:startExecution'),
      result('{"StartDate":5}', { fieldValidationMode: 'PRESENT' }),
      "Mock result schema validation error: Field 'StartDate' must be a string",
    ],
  ])('a request with %s is refused with the reason', async (_, state, more, reason) => {
    await expect(tested(state, more)).rejects.toMatchObject({
      type: 'ValidationException',
      message: reason,
    });
  });

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['no input', PASS, {}, { output: '{}' }],
    ['a mock that secrets are not revealed with', TASK, { ...result('5'), revealSecrets: false }, { output: '5' }],
    [
      'an action of Step Functions, which is called without a mock',
      { ...calling('aws-sdk:sfn:listActivities'), Parameters: {} },
      { roleArn: ROLE },
      { output: '{"Activities":[]}' },
    ],
    ['secrets to reveal, without a mock', PASS, { revealSecrets: true }, { output: '{}' }],
    ['a list as the result of a Task', TASK, result('[1]'), { output: '[1]' }],
    [
      'an object as the result of a Map that writes its results',
      WRITING,
      { ...result('{"a":1}'), input: '[]' },
      { output: '{"a":1}' },
    ],
    [
      'an answer that nobody checks',
      calling('states:startExecution'),
      result('{"StartDate":5}', { fieldValidationMode: 'NONE' }),
      {},
    ],
    [
      'an answer of which only what it has is checked',
      calling('states:startExecution'),
      result('{}', { fieldValidationMode: 'PRESENT' }),
      {},
    ],
    [
      'as many failed iterations as its Map tolerates',
      { ...MAP, ToleratedFailureCount: 1 },
      { ...result('[]'), input: '[1]', stateConfiguration: { mapIterationFailureCount: 1 } },
      { output: '[]' },
    ],
  ])('a request with %s succeeds', async (_, state, more, answer) => {
    expect(await tested(state, more)).toMatchObject({ status: 'SUCCEEDED', ...answer });
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['an error alone', { error: 'E' }, { error: 'E' }],
    ['a cause alone', { cause: 'c' }, { cause: 'c' }],
    ['neither an error nor a cause', {}, {}],
  ])('a mocked failure with %s fails the state with no more', async (_, errorOutput, failure) => {
    expect(await tested(TASK, { mock: { errorOutput } })).toStrictEqual({ status: 'FAILED', ...failure });
  });

  test('more failed iterations than a Map tolerates fail it', async () => {
    const more = { ...result('[]'), input: '[1,2]', stateConfiguration: { mapIterationFailureCount: 2 } };
    expect(await tested({ ...MAP, ToleratedFailureCount: 1 }, more)).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
  });

  test('a named state may call an unknown service where a mock stands for it, and only there', async () => {
    const Send = calling('sqs:sendMessage');
    const machine = { StartAt: 'Send', States: { Send } };
    const mocked = { stateName: 'Send', ...result('{"MessageId":"m"}') };
    expect(await tested(machine, mocked)).toMatchObject({ status: 'SUCCEEDED', output: '{"MessageId":"m"}' });
    await expect(tested(machine, { stateName: 'Send', roleArn: ROLE })).rejects.toMatchObject({
      type: 'InvalidDefinition',
      message: expect.stringContaining('UNSUPPORTED_SERVICE_INTEGRATION'),
    });
    const { End: _, ...leading } = Send;
    const lost = { StartAt: 'Send', States: { Send: { ...leading, Next: 'Lost' } } };
    await expect(tested(lost, mocked)).rejects.toMatchObject({
      type: 'InvalidDefinition',
      message: expect.stringContaining('Lost'),
    });
  });

  test('the data is inspected at the levels DEBUG and TRACE alone', async () => {
    const inspected: [string, boolean][] = [];
    for (const inspectionLevel of ['INFO', 'DEBUG', 'TRACE']) {
      inspected.push([inspectionLevel, 'inspectionData' in (await tested(PASS, { inspectionLevel }))]);
    }
    expect(inspected).toEqual([
      ['INFO', false],
      ['DEBUG', true],
      ['TRACE', true],
    ]);
  });

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['no count of retries', { ...PASS, Parameters: { 'c.$': '$$.State' } }, {}, {}],
    ['0 retries', { ...TASK, ResultSelector: { 'c.$': '$$.State' } }, result('{}'), { RetryCount: 0 }],
  ])('the context that is made up for a state has %s', async (_, state, more, count) => {
    const { output } = await tested(state, more);
    const { c } = JSON.parse(String(output)) as { c: JsonObject };
    const EnteredTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(c).toStrictEqual({ Name: 'StateName', EnteredTime, ...count });
  });

  test('the context that is made up has an execution of a state machine, with the input', async () => {
    const { output } = await tested({ ...PASS, Parameters: { 'c.$': '$$' } }, { input: '{"a":1}', roleArn: ROLE });
    const { c } = JSON.parse(String(output)) as { c: { Execution: JsonObject; StateMachine: JsonObject } };
    const arn = 'arn:aws:states:us-east-1:000000000000';
    expect(c.Execution).toStrictEqual({
      Id: `${arn}:express:${c.StateMachine.Name}:${c.Execution.Name}`,
      Input: { a: 1 },
      Name: expect.stringMatching(/^[-0-9a-f]{36}$/),
      RoleArn: ROLE,
      StartTime: expect.any(String),
    });
    expect(c.StateMachine).toStrictEqual({
      Id: `${arn}:stateMachine:${c.StateMachine.Name}`,
      Name: expect.stringMatching(/^[-0-9a-f]{36}$/),
    });
  });
});
