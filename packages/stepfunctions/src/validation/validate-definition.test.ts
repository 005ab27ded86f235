import { describe, expect, test } from '@jest/globals';
import { choice, end, errors, inner, jsonata, map, one, pass, schema, task } from '../testing/definitions.ts';
import { invalidDefinitionMessage } from './diagnostic.ts';
import { validateDefinition } from './validate-definition.ts';

describe('a definition is accepted', () => {
  test.each<[string, object]>([
    ['one state', one(pass)],
    [
      'every field of a machine',
      { ...one(pass), Comment: 'c', Version: '1.0', TimeoutSeconds: 60, QueryLanguage: 'JSONPath' },
    ],
    [
      'a task with all it can have',
      one({
        ...task,
        Comment: 'c',
        InputPath: '$.a',
        OutputPath: null,
        ResultPath: '$.r',
        Parameters: { 'a.$': "States.Format('{}', $.x)", b: [1] },
        ResultSelector: { 'c.$': '$.Payload' },
        TimeoutSeconds: 10,
        HeartbeatSecondsPath: '$.h',
        Assign: { 'v.$': '$v[0]' },
        Credentials: { RoleArn: 'r' },
        Retry: [
          {
            ErrorEquals: ['A'],
            IntervalSeconds: 1,
            MaxAttempts: 0,
            BackoffRate: 1.5,
            MaxDelaySeconds: 9,
            JitterStrategy: 'FULL',
          },
          { ErrorEquals: ['States.ALL'] },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.e', Assign: {}, Next: 'S' }],
      }),
    ],
    [
      'the same in JSONata',
      jsonata({
        ...task,
        Arguments: { a: '{% $states.input.a %}' },
        Output: '{% $states.result %}',
        TimeoutSeconds: '{% $v %}',
        Assign: { v: '{% 1 %}' },
        Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Cause %}', Next: 'S' }],
      }),
    ],
    [
      'integrations',
      {
        StartAt: 'A',
        States: Object.fromEntries(
          [
            'lambda:invoke.waitForTaskToken',
            'dynamodb:updateItem',
            'states:startExecution.sync:2',
            'aws-sdk:dynamodb:query',
            'aws-sdk:sfn:startExecution',
          ].map((action, at, all) => [
            String.fromCharCode(65 + at),
            {
              Type: 'Task',
              Resource: `arn:aws:states:::${action}`,
              ...(at < all.length - 1 ? { Next: String.fromCharCode(66 + at) } : end),
            },
          ]),
        ),
      },
    ],
    [
      'nested containers of another language',
      one({
        ...map,
        QueryLanguage: 'JSONata',
        Items: [1, '{% 2 %}'],
        ItemProcessor: { ...inner, States: { I: { ...pass, InputPath: '$' } } },
      }),
    ],
    [
      'a distributed map',
      one({
        ...map,
        Label: 'label',
        MaxConcurrency: 5,
        ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
      }),
    ],
    ['the older spelling', one({ Type: 'Map', Iterator: inner, ...end, Parameters: { 'a.$': '$$.Map.Item.Value' } })],
    ['branches', one({ Type: 'Parallel', Branches: [inner, { StartAt: 'J', States: { J: pass } }], ...end })],
    [
      'rules',
      choice(
        {
          And: [{ Variable: '$.a', IsPresent: true }, { Not: { Variable: '$.a', NumericEquals: 1 } }],
          Next: 'E',
          Assign: { x: 1 },
        },
        { Variable: '$$.Execution.Name', StringEqualsPath: '$v', Next: 'E' },
      ),
    ],
    ['a wait for a timestamp', one({ Type: 'Wait', Timestamp: '2026-01-01T00:00:00Z', ...end })],
    ['a failure by intrinsic function', one({ Type: 'Fail', CausePath: "States.Format('{}', $.c)", Error: 'E' })],
  ])('%s', (_name, machine) => {
    expect(errors(machine)).toStrictEqual([]);
  });
});

describe('an express machine', () => {
  test.each([
    ['arn:aws:states:us-east-1:000000000000:activity:a', 'Express state machine does not support Activity ARN'],
    [
      'arn:aws:states:::states:startExecution.sync',
      "Express state machine does not support '.sync' service integration ",
    ],
    [
      'arn:aws:states:::lambda:invoke.waitForTaskToken',
      "Express state machine does not support '.waitForTaskToken' service integration ",
    ],
  ])('is refused a task of %s', (Resource, message) => {
    expect(errors(one({ ...task, Resource }))).toStrictEqual([]);
    expect(errors(one({ ...task, Resource }), 'EXPRESS')).toStrictEqual([schema(message, '/States/S/Resource')]);
    const child = (ExecutionType: string) =>
      one({
        ...map,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
          StartAt: 'I',
          States: { I: { ...task, Resource } },
        },
      });
    expect(errors(child('STANDARD'))).toStrictEqual([]);
    expect(errors(child('EXPRESS'))).toStrictEqual([schema(message, '/States/S/ItemProcessor/States/I/Resource')]);
  });
});

describe('a transition check', () => {
  const next = (name: string) => ({ Type: 'Pass', Next: name });
  test('finds a missing target wherever it is named', () => {
    const machine = {
      StartAt: 'NOPE',
      States: {
        A: next('X1'),
        B: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'X2' }], Default: 'X3' },
        C: { ...task, Catch: [{ ErrorEquals: ['E'], Next: 'X4' }] },
      },
    };
    expect(errors(machine).filter((error) => error.includes('target'))).toStrictEqual([
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /StartAt",
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: X1 at /States/A/Next",
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: X2 at /States/B/Choices[0]/Next",
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: X3 at /States/B/Default",
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: X4 at /States/C/Catch[0]/Next",
    ]);
  });

  test('reports a loop without an end, but not its unreachable states', () => {
    const loop = { StartAt: 'A', States: { A: next('B'), B: next('A'), C: next('A') } };
    expect(errors(loop)).toStrictEqual(['MISSING_END_STATE: Workflow has no terminal state at undefined']);
    expect(errors({ ...loop, States: { ...loop.States, C: pass } })).toStrictEqual([
      'MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C',
    ]);
    expect(errors({ StartAt: 'A', States: { A: next('NOPE') } })).toStrictEqual([
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next",
      'MISSING_END_STATE: Workflow has no terminal state at undefined',
    ]);
  });

  test('accepts a loop without an end in an iteration, as AWS does', () => {
    const ItemProcessor = { StartAt: 'A', States: { A: next('B'), B: next('A') } };
    expect(errors({ StartAt: 'M', States: { M: { Type: 'Map', ItemProcessor, End: true } } })).toStrictEqual([]);
  });

  test('treats branches and processors as graphs of their own with shared names', () => {
    const machine = {
      StartAt: 'M',
      States: { M: { Type: 'Map', Next: 'I', ItemProcessor: { StartAt: 'I', States: { I: next('M') } } }, I: pass },
    };
    expect(errors(machine)).toStrictEqual([
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: M at /States/M/ItemProcessor/States/I/Next",
      'DUPLICATE_STATE_NAME: Duplicate State name: I at /States/M/ItemProcessor/States/I',
    ]);
  });
});

test('a value that looks like a path without .$ causes a warning', () => {
  const found = validateDefinition(
    JSON.stringify(one({ ...pass, Parameters: { a: '$.x', b: '$5', c: 'States.UUID()' } })),
    'STANDARD',
  );
  expect(found.map(({ severity, code, location }) => [severity, code, location])).toStrictEqual([
    ['WARNING', 'NO_DOLLAR', '/States/S/Parameters/a'],
    ['WARNING', 'NO_DOLLAR', '/States/S/Parameters/c'],
  ]);
});

test('CreateStateMachine lists all errors in one message', () => {
  const machine = { StartAt: 'pass1', States: { pass1: { Type: 'Pass', Next: 'pass3' }, pass2: pass } };
  expect(invalidDefinitionMessage(validateDefinition(JSON.stringify(machine), 'STANDARD'))).toBe(
    "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, MISSING_TRANSITION_TARGET: State \"pass2\" is not reachable. at /States/pass2'",
  );
  const loop = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } };
  expect(invalidDefinitionMessage(validateDefinition(JSON.stringify(loop), 'STANDARD'))).toBe(
    "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'",
  );
  expect(invalidDefinitionMessage(validateDefinition(JSON.stringify(one(pass)), 'STANDARD'))).toBeUndefined();
});
