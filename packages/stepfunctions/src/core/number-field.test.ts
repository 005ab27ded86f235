import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../language/json.ts';
import { distributed, machine, map, ScriptedRun, task } from './testing/scripted-run.ts';

function readMap(members: JsonObject): JsonObject {
  return map({ ItemsPath: '$.list', ...members }, distributed());
}

async function ended(state: JsonObject, value: Json): Promise<ScriptedRun['execution']> {
  const run = await ScriptedRun.start(machine({ Only: state }), { input: { n: value, list: [1, 2, 3] } });
  return run.execution;
}

describe('A number from the data', () => {
  test.each<[string, Json, number]>([
    ['a number', 7, 7],
    ['a number written as a text', '7', 7],
    ['zero', 0, 0],
  ])('may be %s', async (_, value, seconds) => {
    const state = task({ TimeoutSecondsPath: '$.n', HeartbeatSecondsPath: '$.n' });
    const run = await ScriptedRun.start(machine({ Only: state }), { input: { n: value } });
    expect(run.tasks[0]).toMatchObject({ timeoutSeconds: seconds, heartbeatSeconds: seconds });
  });

  const long = 'parameter cannot be parsed as a long value: $.n ==';
  test.each<[string, JsonObject, Json, string]>([
    ['a text', task({ TimeoutSecondsPath: '$.n' }), 'soon', `The TimeoutSecondsPath ${long} "soon"`],
    ['an empty text', task({ HeartbeatSecondsPath: '$.n' }), ' ', `The HeartbeatSecondsPath ${long} " "`],
    ['a fraction', { Type: 'Wait', SecondsPath: '$.n', End: true }, 1.5, `The SecondsPath ${long} 1.5`],
    ['true', task({ TimeoutSecondsPath: '$.n' }), true, `The TimeoutSecondsPath ${long} true`],
    [
      'less than 0',
      { Type: 'Wait', SecondsPath: '$.n', End: true },
      -1,
      'The SecondsPath parameter references a negative value: $.n == -1',
    ],
    [
      'no number of iterations',
      readMap({ MaxConcurrencyPath: '$.n' }),
      'many',
      'The MaxConcurrencyPath field refers to value "many" which is not a valid integer: $.n',
    ],
    [
      'an object',
      readMap({ MaxConcurrencyPath: '$.n' }),
      { a: 1 },
      'The MaxConcurrencyPath field refers to value "{"a":1}" which is not a valid integer: $.n',
    ],
    [
      'fewer than no iterations',
      readMap({ MaxConcurrencyPath: '$.n' }),
      -1,
      "Expected non-negative integer for MaxConcurrency, got '-1' instead.",
    ],
    [
      'fewer than no failures',
      readMap({ ToleratedFailureCountPath: '$.n' }),
      -1,
      'ToleratedFailureCount cannot be negative.',
    ],
    [
      'no percentage',
      readMap({ ToleratedFailurePercentagePath: '$.n' }),
      'half',
      'The ToleratedFailurePercentagePath field refers to value "half" which is not a valid float: $.n',
    ],
    [
      'more than 100 percent',
      readMap({ ToleratedFailurePercentagePath: '$.n' }),
      100.5,
      'ToleratedFailurePercentage must be between 0 and 100.',
    ],
    [
      'less than 0 percent',
      readMap({ ToleratedFailurePercentagePath: '$.n' }),
      -0.5,
      'ToleratedFailurePercentage must be between 0 and 100.',
    ],
  ])('fails the execution where it is %s', async (_, state, value, why) => {
    const { status, error, cause } = await ended(state, value);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.Runtime' });
    expect(cause).toContain(why);
  });

  test.each([0, 33.3, 100])('may be a percentage of %d', async (value) => {
    const { mapRuns } = await ended(readMap({ ToleratedFailurePercentagePath: '$.n' }), value);
    expect(mapRuns).toMatchObject([{ toleratedFailurePercentage: value }]);
  });

  test('that a JSONata expression does not make is told with its field and state', async () => {
    const Only = task({ TimeoutSeconds: '{% $states.input.n %}' });
    const run = await ScriptedRun.start(machine({ Only }, { QueryLanguage: 'JSONata' }), { input: { n: 'soon' } });
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(run.execution.cause).toContain("the field 'TimeoutSeconds'");
    expect(run.execution.cause).toContain("the state 'Only'");
  });

  test('that a JSONata expression makes negative is an error that can be caught', async () => {
    const Catch = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }];
    const states = {
      Only: task({ TimeoutSeconds: '{% $states.input.n %}', Catch, Next: 'Caught' }),
      Caught: { Type: 'Pass', End: true },
    };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }), { input: { n: -1 } });
    expect(run.output).toMatchObject({ Error: 'States.QueryEvaluationError' });
    expect(run.history.find(({ type }) => type === 'EvaluationFailed')).toMatchObject({
      evaluationFailedEventDetails: {
        error: 'States.QueryEvaluationError',
        location: 'TimeoutSeconds',
        state: 'Only',
      },
    });
  });
});
