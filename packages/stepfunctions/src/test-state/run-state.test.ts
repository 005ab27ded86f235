import { describe, expect, test } from '@jest/globals';
import { parseState } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { Inspection } from './inspection.ts';
import { runState, type TestResult } from './run-state.ts';
import type { Tested } from './tested-state.ts';

const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:f';

async function run(state: object, given: Partial<Tested> = {}): Promise<{ result: TestResult; inspected: JsonObject }> {
  const inspection = new Inspection();
  const result = await runState({
    state: parseState(JSON.stringify(state)),
    stateName: 'S',
    input: {},
    context: { Execution: { Name: 'run' } },
    variables: {},
    at: 0,
    entropy: 'ab'.repeat(16),
    configuration: {},
    inspection,
    callTask: () => Promise.reject(new Error('nothing is to be called')),
    ...given,
  });
  const shown = Object.entries(inspection.data).map(
    ([name, value]) => [name, typeof value === 'string' ? (JSON.parse(value) as Json) : value] as const,
  );
  return { result, inspected: Object.fromEntries(shown) };
}

function failing(error: string) {
  return { mock: { kind: 'ERROR', failure: { error, cause: 'c' } } } as const;
}
function resulting(result: Json) {
  return { mock: { kind: 'RESULT', result } } as const;
}

describe('TestState of JSONPath states', () => {
  const input = { a: { b: 1 }, c: 2 };

  test('a Pass state shows its data after each step', async () => {
    const state = {
      Type: 'Pass',
      InputPath: '$.a',
      Parameters: { 'x.$': '$.b' },
      ResultPath: '$.r',
      OutputPath: '$.r',
      Next: 'T',
    };
    const { result, inspected } = await run(state, { input });
    expect(result).toStrictEqual({ status: 'SUCCEEDED', output: { x: 1 }, next: 'T' });
    expect(inspected).toStrictEqual({
      input,
      afterInputPath: { b: 1 },
      afterParameters: { x: 1 },
      afterResultSelector: { x: 1 },
      afterResultPath: { ...input, r: { x: 1 } },
    });
  });

  test('a Pass state with a Result ignores InputPath and Parameters', async () => {
    const { inspected } = await run({ Type: 'Pass', InputPath: '$.nope', Result: 5, End: true }, { input });
    expect(inspected).toStrictEqual({ input, result: 5, afterResultSelector: 5, afterResultPath: 5 });
  });

  test('a Task state with a mock shows its data after each step', async () => {
    const state = {
      Type: 'Task',
      Resource: LAMBDA,
      Parameters: { 'p.$': '$.c' },
      ResultSelector: { 'id.$': '$$.Execution.Name', 'r.$': '$.n' },
      ResultPath: '$.task',
      Assign: { 'v.$': '$.n' },
      End: true,
    };
    const { result, inspected } = await run(state, { input, variables: { w: 1 }, ...resulting({ n: 7 }) });
    expect(result).toStrictEqual({ status: 'SUCCEEDED', output: { ...input, task: { id: 'run', r: 7 } } });
    expect(inspected).toStrictEqual({
      input,
      afterInputPath: input,
      afterParameters: { p: 2 },
      result: { n: 7 },
      afterResultSelector: { id: 'run', r: 7 },
      variables: { w: 1, v: 7 },
      afterResultPath: { ...input, task: { id: 'run', r: 7 } },
    });
  });

  test('a Task state without a mock calls its target', async () => {
    const calls: unknown[] = [];
    const callTask = async (resource: string, parameters: Json) => {
      calls.push([resource, parameters]);
      return 'answer';
    };
    const { result } = await run({ Type: 'Task', Resource: LAMBDA, InputPath: '$.a', End: true }, { input, callTask });
    expect(result).toStrictEqual({ status: 'SUCCEEDED', output: 'answer' });
    expect(calls).toStrictEqual([[LAMBDA, { b: 1 }]]);
  });

  test('a Map state shows its items and limits', async () => {
    const state = {
      Type: 'Map',
      ItemsPath: '$.list',
      ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'c.$': '$.c' },
      MaxConcurrency: 2,
      ToleratedFailureCount: 1,
      ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } },
      End: true,
    };
    const { inspected, result } = await run(state, { input: { list: ['x', 'y'], c: 1 }, ...resulting([1, 2]) });
    expect(result).toStrictEqual({ status: 'SUCCEEDED', output: [1, 2] });
    expect(inspected).toMatchObject({
      afterItemsPath: ['x', 'y'],
      afterItemSelector: [
        { i: 0, v: 'x', c: 1 },
        { i: 1, v: 'y', c: 1 },
      ],
      maxConcurrency: 2,
      toleratedFailureCount: 1,
    });
  });

  test('a Choice state takes the first rule that matches', async () => {
    const state = { Type: 'Choice', Choices: [{ Variable: '$.c', NumericEquals: 1, Next: 'One' }], Default: 'Other' };
    expect((await run(state, { input })).result).toStrictEqual({ status: 'SUCCEEDED', output: input, next: 'Other' });
    expect((await run(state, { input: { c: 1 } })).result).toMatchObject({ next: 'One' });
  });

  test('a state that fails shows the steps before the failure', async () => {
    const { result, inspected } = await run(
      { Type: 'Pass', InputPath: '$.a', Parameters: { 'x.$': '$.nope' }, End: true },
      { input },
    );
    expect(result).toStrictEqual({
      status: 'FAILED',
      failure: {
        error: 'States.Runtime',
        cause: `The JSONPath '$.nope' specified for the field 'x.$' could not be found in the input '{"b":1}'`,
      },
    });
    expect(inspected).toStrictEqual({ input, afterInputPath: { b: 1 } });
  });
});

describe('TestState of JSONata states', () => {
  const jsonata = { QueryLanguage: 'JSONata' };
  test('a JSONata Task shows its arguments and result', async () => {
    const state = {
      ...jsonata,
      Type: 'Task',
      Resource: LAMBDA,
      Arguments: { n: '{% $states.input.n %}' },
      Output: { r: '{% $states.result + $v %}' },
      Next: 'T',
    };
    const { result, inspected } = await run(state, { input: { n: 1 }, variables: { v: 10 }, ...resulting(5) });
    expect(result).toStrictEqual({ status: 'SUCCEEDED', output: { r: 15 }, next: 'T' });
    expect(inspected).toStrictEqual({ input: { n: 1 }, afterArguments: { n: 1 }, result: 5, variables: { v: 10 } });
  });

  test('a JSONata Parallel takes the results of its branches from the mock', async () => {
    const state = { ...jsonata, Type: 'Parallel', Branches: [], Output: '{% $sum($states.result) %}', End: true };
    expect((await run(state, resulting([1, 2]))).result).toStrictEqual({ status: 'SUCCEEDED', output: 3 });
  });

  test('a JSONata Fail evaluates its Error and Cause', async () => {
    const { result, inspected } = await run(
      { ...jsonata, Type: 'Fail', Error: 'E', Cause: '{% $states.input.why %}' },
      { input: { why: 'w' } },
    );
    expect(result).toStrictEqual({ status: 'FAILED', failure: { error: 'E', cause: 'w' } });
    expect(inspected).toStrictEqual({ input: { why: 'w' } });
  });

  test('JSONata Pass, Succeed, Wait and Choice states answer their Output', async () => {
    const Output = '{% $states.input.n + 1 %}';
    for (const state of [
      { Type: 'Pass', Output, End: true },
      { Type: 'Succeed', Output },
      { Type: 'Wait', Seconds: 1_000_000, Output, End: true },
      { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n = 1 %}', Output, Next: 'T' }] },
    ]) {
      expect((await run({ ...jsonata, ...state }, { input: { n: 1 } })).result).toMatchObject({
        status: 'SUCCEEDED',
        output: 2,
      });
    }
  });
});

describe('TestState of errors', () => {
  const retrier = { ErrorEquals: ['Flaky'], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 2 };
  const catcher = { ErrorEquals: ['States.ALL'], ResultPath: '$.e', Next: 'Mend' };
  const task = {
    Type: 'Task',
    Resource: LAMBDA,
    Retry: [{ ErrorEquals: ['Other'] }, retrier],
    Catch: [{ ErrorEquals: ['Other'], Next: 'X' }, catcher],
    End: true,
  };

  test('an error is RETRIABLE while its Retrier has attempts left, and shows the backoff', async () => {
    const { result, inspected } = await run(task, { ...failing('Flaky'), configuration: { retrierRetryCount: 1 } });
    expect(result).toStrictEqual({ status: 'RETRIABLE', failure: { error: 'Flaky', cause: 'c' } });
    expect(inspected.errorDetails).toStrictEqual({ retryIndex: 1, retryBackoffIntervalSeconds: 6 });
  });

  test('an error without attempts left goes to the Catcher', async () => {
    const { result, inspected } = await run(task, {
      input: { a: 1 },
      ...failing('Flaky'),
      configuration: { retrierRetryCount: 2 },
    });
    expect(result).toStrictEqual({
      status: 'CAUGHT_ERROR',
      next: 'Mend',
      output: { a: 1, e: { Error: 'Flaky', Cause: 'c' } },
      failure: { error: 'Flaky', cause: 'c' },
    });
    expect(inspected.errorDetails).toStrictEqual({ retryIndex: 1, catchIndex: 1 });
  });

  test('an error without Retrier and Catcher fails the state', async () => {
    expect((await run({ ...task, Catch: [] }, failing('Other2'))).result).toStrictEqual({
      status: 'FAILED',
      failure: { error: 'Other2', cause: 'c' },
    });
  });

  test('a States.Runtime error is not caught', async () => {
    expect((await run({ ...task, InputPath: '$.nope' }, resulting(1))).result).toMatchObject({
      status: 'FAILED',
      failure: { error: 'States.Runtime' },
    });
  });

  test('a Catcher whose fields fail to evaluate fails the state', async () => {
    const state = {
      ...task,
      QueryLanguage: 'JSONata',
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $nope %}', Next: 'Mend' }],
    };
    const { result } = await run(state, failing('E'));
    expect(result).toMatchObject({ status: 'FAILED', failure: { error: 'States.QueryEvaluationError' } });
    expect(result).toHaveProperty('failure.cause', expect.stringContaining("field 'Catch[0]/Output'"));
  });

  test('an error in a field of a Choice rule names the rule', async () => {
    const state = {
      QueryLanguage: 'JSONata',
      Type: 'Choice',
      Choices: [
        { Condition: false, Next: 'A' },
        { Condition: true, Output: { v: '{% $nope %}' }, Next: 'B' },
      ],
    };
    expect((await run(state)).result).toHaveProperty(
      'failure.cause',
      expect.stringContaining("field 'Choices[1]/Output/v' returned nothing"),
    );
  });

  test('a Map fails once more iterations failed than it tolerates', async () => {
    const map = { Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }, End: true };
    const failed = async (state: object, mapIterationFailureCount: number) =>
      (
        await run(
          { ...map, ...state },
          { input: [1, 2, 3, 4], ...resulting([]), configuration: { mapIterationFailureCount } },
        )
      ).result.status;
    await expect(failed({ ToleratedFailureCount: 1 }, 1)).resolves.toBe('SUCCEEDED');
    await expect(failed({ ToleratedFailureCount: 1 }, 2)).resolves.toBe('FAILED');
    await expect(failed({ ToleratedFailurePercentage: 50 }, 2)).resolves.toBe('SUCCEEDED');
    await expect(failed({ ToleratedFailurePercentage: 50 }, 3)).resolves.toBe('FAILED');
  });
});
