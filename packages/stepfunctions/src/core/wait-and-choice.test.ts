import { describe, expect, test } from '@jest/globals';
import { machine, pass, ScriptedRun } from './testing/scripted-run.ts';

function wait(members: object) {
  return { Type: 'Wait', End: true, ...members };
}

describe('A Wait state', () => {
  test.each([
    ['Seconds', { Seconds: 90 }],
    ['SecondsPath', { SecondsPath: '$.seconds' }],
    ['Timestamp', { Timestamp: '2030-01-01T00:01:30Z' }],
    ['Timestamp with an offset', { Timestamp: '2030-01-01T02:01:30.000+02:00' }],
    ['TimestampPath', { TimestampPath: '$.until' }],
    ['a JSONata expression', { QueryLanguage: 'JSONata', Seconds: '{% $states.input.seconds %}' }],
  ])('waits as long as %s says', async (_, members) => {
    const input = { seconds: 90, until: '2030-01-01T00:01:30Z' };
    const run = await ScriptedRun.start(machine({ Nap: wait(members) }), { input });
    expect(run.timers).toEqual([90]);
    await run.passSeconds(90);
    expect(run.output).toEqual(input);
  });

  test('does not wait for a time that has passed', async () => {
    const run = await ScriptedRun.start(machine({ Nap: wait({ Timestamp: '2020-01-01T00:00:00Z' }) }));
    expect(run.execution.status).toBe('SUCCEEDED');
  });

  test('of more than 2^31 - 1 seconds is refused, and one of exactly that is not', async () => {
    const started = async (seconds: number) =>
      await ScriptedRun.start(machine({ Nap: wait({ SecondsPath: '$.seconds' }) }), { input: { seconds } });
    expect((await started(2 ** 31 - 1)).timers).toEqual([2 ** 31 - 1]);
    const { execution } = await started(2 ** 31);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.cause).toContain('Wait state delay is too long.');
  });

  test.each(['2030-01-01T00:01:30', '2030-01-01', '2030-13-01T00:00:00Z', 'in 2030-01-01T00:00:00Z'])(
    'in JSONata fails on the timestamp %s with an error that can be caught',
    async (until) => {
      const members = { QueryLanguage: 'JSONata', Timestamp: '{% $states.input.until %}' };
      const run = await ScriptedRun.start(machine({ Nap: wait(members) }), { input: { until } });
      expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
      expect(run.execution.cause).toContain(
        `cannot be parsed as an ISO-8601 extended offset date-time format string: ${until}`,
      );
    },
  );

  test('waits out its time, whatever other timers fire', async () => {
    const run = await ScriptedRun.start(machine({ Nap: wait({ Seconds: 9 }) }));
    const before = run.execution;
    await run.deliver({ type: 'TimerFired', timerId: 'timer-99' });
    expect(run.execution).toEqual(before);
  });

  test('fails on a value that is not a time', async () => {
    const run = await ScriptedRun.start(machine({ Nap: wait({ TimestampPath: '$.until' }) }), {
      input: { until: 'noon' },
    });
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(run.execution.cause).toContain('$.until == noon');
  });
});

describe('A Choice state', () => {
  const Choices = [{ Variable: '$.n', NumericGreaterThan: 1, Assign: { size: 'big' }, Next: 'Tell' }];
  const Tell = pass({ Parameters: { 'size.$': '$size' } });

  test('follows the first rule that matches, and sets its variables', async () => {
    const run = await ScriptedRun.start(machine({ Ask: { Type: 'Choice', Choices }, Tell }), { input: { n: 2 } });
    expect(run.output).toEqual({ size: 'big' });
  });

  test('sets its own variables on the way to the default', async () => {
    const Ask = { Type: 'Choice', Choices, Assign: { size: 'small' }, Default: 'Tell' };
    const run = await ScriptedRun.start(machine({ Ask, Tell }), { input: { n: 1 } });
    expect(run.output).toEqual({ size: 'small' });
  });

  test('without a match and a default fails', async () => {
    const run = await ScriptedRun.start(machine({ Ask: { Type: 'Choice', Choices }, Tell }), { input: { n: 1 } });
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('A Fail state', () => {
  test('takes error and cause from paths, and fails on a path to something else', async () => {
    const Stop = { Type: 'Fail', ErrorPath: '$.e', CausePath: '$.c' };
    const named = await ScriptedRun.start(machine({ Stop }), { input: { e: 'Boom', c: 'why' } });
    expect(named.execution).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'why' });
    const wrong = await ScriptedRun.start(machine({ Stop }), { input: { e: 'Boom', c: { n: 1 } } });
    expect(wrong.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(wrong.execution.cause).toContain('The CausePath parameter does not reference a string: $.c == {"n":1}');
  });

  test('may take error and cause from the data', async () => {
    const Stop = { Type: 'Fail', QueryLanguage: 'JSONata', Error: '{% $states.input.e %}', Cause: 'plain' };
    const run = await ScriptedRun.start(machine({ Stop }), { input: { e: 'Boom' } });
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'plain' });
  });
});
