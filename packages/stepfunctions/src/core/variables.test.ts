import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../language/json.ts';
import type { Frame } from './frame.ts';
import { machine, pass, ScriptedRun, task } from './testing/scripted-run.ts';

describe('Assign in JSONPath', () => {
  const Tell = pass({ Parameters: { 'x.$': '$x' } });

  test('of a task selects from its result as it came, before ResultSelector', async () => {
    const members = { ResultSelector: { 'less.$': '$.a' }, Assign: { 'x.$': '$.b' }, Next: 'Tell' };
    const run = await ScriptedRun.start(machine({ Work: task(members), Tell }));
    await run.succeed({ a: 1, b: 2 });
    expect(run.output).toEqual({ x: 2 });
  });

  test('of a Pass state selects from what it yields', async () => {
    const Put = pass({ Result: { a: 1 }, ResultPath: '$.r', Assign: { 'x.$': '$.a' }, Next: 'Tell' });
    const run = await ScriptedRun.start(machine({ Put, Tell }));
    expect(run.output).toEqual({ x: 1 });
  });

  test('of a Catcher selects from the error', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Assign: { 'x.$': '$.Cause' }, Next: 'Tell' }];
    const run = await ScriptedRun.start(machine({ Work: task({ Catch, Next: 'Tell' }), Tell }));
    await run.fail('Boom', 'why');
    expect(run.output).toEqual({ x: 'why' });
  });

  test('of a Wait state selects from its effective input', async () => {
    const Nap = { Type: 'Wait', Seconds: 1, InputPath: '$.in', Assign: { 'x.$': '$.a' }, Next: 'Tell' };
    const run = await ScriptedRun.start(machine({ Nap, Tell }), { input: { in: { a: 1 } } });
    await run.passSeconds(1);
    expect(run.output).toEqual({ x: 1 });
  });
});

describe('Variables', () => {
  test('are set all at once, from the values they had before', async () => {
    const states = {
      Set: pass({ Assign: { a: 1, b: 2 }, Next: 'Swap' }),
      Swap: pass({ Assign: { a: '{% $b %}', b: '{% $a %}' }, Next: 'Tell' }),
      Tell: pass({ Output: '{% [$a, $b] %}' }),
    };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    expect(run.output).toEqual([2, 1]);
  });

  test('are not set by a state whose output fails', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Output: '{% $a %}', Next: 'Done' }];
    const states = {
      Set: pass({ Assign: { a: 1 }, Next: 'Work' }),
      Work: task({ Assign: { a: 2 }, Output: '{% $nothing.at.all %}', Catch, Next: 'Done' }),
      Done: pass(),
    };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    await run.succeed();
    expect(run.output).toBe(1);
  });

  test('show in the history as JSON texts', async () => {
    const run = await ScriptedRun.start(machine({ Set: pass({ Assign: { a: { b: 1 }, c: 'd' } }) }));
    expect(run.history.at(-2)).toMatchObject({
      type: 'PassStateExited',
      stateExitedEventDetails: { assignedVariables: { a: '{"b":1}', c: '"d"' } },
    });
  });
});

describe('The variables of a distributed Map', () => {
  test.each([
    ['DISTRIBUTED', [false, false]],
    ['INLINE', [true, true]],
  ])('can be read in its children or not: %s', async (mode, seen) => {
    const Look = { Type: 'Pass', Output: '{% $exists($outer) %}', End: true };
    const ItemProcessor = {
      ProcessorConfig: { Mode: mode, ...(mode === 'DISTRIBUTED' ? { ExecutionType: 'STANDARD' } : {}) },
      ...machine({ Look }),
    };
    const states = {
      Set: pass({ Assign: { outer: 1 }, Next: 'Each' }),
      Each: { Type: 'Map', ItemProcessor, End: true },
    };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }), { input: [1, 2] });
    expect(run.output).toEqual(seen);
  });
});

describe('Variables that grow', () => {
  const text = (length: number): JsonObject => ({ QueryLanguage: 'JSONata', Assign: { x: 'a'.repeat(length) } });
  const ended = async (states: { readonly [name: string]: Json }) =>
    (await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }))).execution;

  test('pass up to 262,144 bytes in one Assign, one variable or all', async () => {
    // Quotes, braces and names count as they do in a payload: {"x":"…"}
    expect(await ended({ Set: pass(text(262_136)) })).toMatchObject({ status: 'SUCCEEDED' });
    const failed = { status: 'FAILED', error: 'States.DataLimitExceeded' };
    expect(await ended({ Set: pass(text(262_137)) })).toMatchObject(failed);
    const both = { a: 'a'.repeat(131_072), b: 'b'.repeat(131_072) };
    expect(await ended({ Set: pass({ Assign: both }) })).toMatchObject(failed);
  });

  test('pass up to 10 MiB in an execution; setting one anew does not count twice', async () => {
    const inTurns = (names: number) =>
      Object.fromEntries(
        Array.from({ length: 44 }, (_, at): [string, JsonObject] => {
          const next = at < 43 ? { Next: `s${at + 1}` } : {};
          return [`s${at}`, pass({ Assign: { [`v${at % names}`]: 'a'.repeat(250_000) }, ...next })];
        }),
      );
    expect(await ended(inTurns(41))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await ended(inTurns(42))).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('that double around a Wait fail the execution once', async () => {
    const states = {
      Start: pass({ Assign: { x: 'aaaaaaaaaa' }, Next: 'Nap' }),
      Nap: { Type: 'Wait', Seconds: 1, Assign: { x: '{% $x & $x %}' }, Next: 'Nap' },
    };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    await run.passSeconds(60);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(run.timers).toEqual([]);
    expect(JSON.stringify(run.execution).length).toBeLessThan(600_000);
  });

  test('too large can be caught', async () => {
    const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], Output: 'caught', Next: 'Done' }];
    const states = { Work: task({ Assign: { x: '{% $pad("", 300000) %}' }, Catch, End: true }), Done: pass() };
    const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
    await run.succeed();
    expect(run.output).toBe('caught');
  });

  test('of a child execution count apart from those around it; those of an iteration count with them', async () => {
    const processor = (mode: string) => ({
      ProcessorConfig: { Mode: mode, ...(mode === 'DISTRIBUTED' ? { ExecutionType: 'STANDARD' } : {}) },
      ...machine({ Put: pass({ Assign: { x: 'ab' } }) }),
    });
    const full = async (mode: string) => {
      const states = { Work: task({ Next: 'Each' }), Each: { Type: 'Map', ItemProcessor: processor(mode), End: true } };
      const run = await ScriptedRun.start(machine(states, { QueryLanguage: 'JSONata' }));
      const [[id, frame] = ['', {}]] = Object.entries(run.execution.frames);
      const variables = { y: 'a'.repeat(10 * 1024 * 1024 - 5) };
      run.execution = { ...run.execution, frames: { [id]: { ...frame, variables } as Frame } };
      await run.succeed([1]);
      return run.execution;
    };
    expect(await full('DISTRIBUTED')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await full('INLINE')).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});
