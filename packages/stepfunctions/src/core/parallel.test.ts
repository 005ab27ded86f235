import { describe, expect, test } from '@jest/globals';
import { machine, map, pass, ScriptedRun, task } from './testing/scripted-run.ts';

function parallel(branches: readonly ReturnType<typeof machine>[], members = {}) {
  return { Type: 'Parallel', Branches: branches, End: true, ...members };
}

describe('A Parallel state', () => {
  test('puts the results in the order of its branches, whichever ends first', async () => {
    const run = await ScriptedRun.start(machine({ Both: parallel([machine({ A: task() }), machine({ B: task() })]) }));
    const [a, b] = run.tasks;
    await run.deliver({ type: 'TaskSucceeded', taskId: b?.taskId ?? '', output: 'b' });
    expect(run.execution.status).toBe('RUNNING');
    await run.deliver({ type: 'TaskSucceeded', taskId: a?.taskId ?? '', output: 'a' });
    expect(run.output).toEqual(['a', 'b']);
  });

  test('aborts the other branches when one fails, and cancels their tasks', async () => {
    const branches = [
      machine({ A: task() }),
      machine({ B: task() }),
      machine({ W: { Type: 'Wait', Seconds: 9, End: true } }),
    ];
    const run = await ScriptedRun.start(machine({ All: parallel(branches) }));
    await run.fail('Boom');
    expect(run.tasks).toEqual([]);
    expect(run.timers).toEqual([]);
    const failed = run.history.find(({ type }) => type === 'LambdaFunctionFailed');
    expect(run.history.slice(-5)).toMatchObject([
      { type: 'TaskStateAborted', previousEventId: failed?.id },
      { type: 'TaskStateAborted', previousEventId: failed?.id },
      { type: 'WaitStateAborted', previousEventId: failed?.id },
      { type: 'ParallelStateFailed', previousEventId: failed?.id },
      { type: 'ExecutionFailed' },
    ]);
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'Boom' });
  });

  test('aborts the branches before the one that failed as well as those after it', async () => {
    const branches = ['A', 'B', 'C'].map((name) => machine({ [name]: task({ TimeoutSeconds: 9 }) }));
    const run = await ScriptedRun.start(machine({ All: parallel(branches) }));
    await run.fail('Boom', undefined, 1);
    expect(run.tasks).toEqual([]);
    expect(run.timers).toEqual([]);
    expect(run.types.filter((type) => type === 'TaskStateAborted')).toHaveLength(3);
    const ends = Object.values(run.execution.frames).map(({ id, end }) => [id, end?.status]);
    expect(ends).toEqual([
      ['0', 'FAILED'],
      ['1', 'ABORTED'],
      ['2', 'FAILED'],
      ['3', 'ABORTED'],
    ]);
  });

  test('aborts what its branches hold, from the outermost state inwards', async () => {
    const Inner = parallel([machine({ A: task() }), machine({ Done: pass() })]);
    const Every = map();
    const branches = [machine({ Inner }), machine({ Every }), machine({ Broken: task() })];
    const run = await ScriptedRun.start(machine({ All: parallel(branches) }), { input: [1, 2] });
    expect(run.tasks.map(({ input }) => input)).toEqual([[1, 2], [1, 2], 1, 2]);
    await run.succeed('one', 2);
    await run.fail('Boom');
    expect(run.tasks).toEqual([]);
    expect(run.types.slice(run.types.indexOf('LambdaFunctionFailed') + 1)).toEqual([
      'TaskStateAborted',
      'ParallelStateAborted',
      'TaskStateAborted',
      'MapStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
    expect(run.history.find(({ type }) => type === 'MapIterationAborted')).toMatchObject({
      mapIterationAbortedEventDetails: { name: 'Every', index: 1 },
    });
  });

  test('lets its branches read the variables around it, and keeps theirs to themselves', async () => {
    const inner = machine({ In: pass({ Assign: { inner: '{% $outer + 1 %}' }, Output: '{% $outer %}' }) });
    const states = {
      Set: pass({ Assign: { outer: 1 }, Next: 'Both' }),
      Both: parallel([inner], { Next: 'Read', End: undefined }),
      Read: pass({ Output: '{% [$exists($inner), $outer] %}' }),
    };
    const run = await ScriptedRun.start(machine(JSON.parse(JSON.stringify(states)), { QueryLanguage: 'JSONata' }));
    expect(run.output).toEqual([false, 1]);
  });

  test('records the failure in a branch of a branch once, and the abort of each state that holds it', async () => {
    const Inner = parallel([machine({ A: task() })]);
    const run = await ScriptedRun.start(machine({ Outer: parallel([machine({ Inner })]) }));
    await run.fail('Boom');
    expect(run.types.slice(run.types.indexOf('LambdaFunctionFailed'))).toEqual([
      'LambdaFunctionFailed',
      'TaskStateAborted',
      'ParallelStateFailed',
      'ParallelStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('does not execute the states of branches that were aborted before their turn', async () => {
    const Stop = { Type: 'Fail', Error: 'Boom' };
    const branches = [machine({ Stop }), machine({ A: task() }), machine({ B: pass() })];
    const run = await ScriptedRun.start(machine({ All: parallel(branches) }));
    expect(run.tasks).toEqual([]);
    expect(run.types).not.toContain('LambdaFunctionScheduled');
    expect(run.types).not.toContain('PassStateExited');
    expect(run.execution).toMatchObject({ status: 'FAILED', error: 'Boom' });
  });

  test.each([
    ['Parallel', parallel([machine({ A: pass() })], { ResultSelector: { 'm.$': '$.nope' } })],
    [
      'Map',
      { Type: 'Map', ItemProcessor: machine({ A: pass() }), ItemsPath: '$.items', ResultSelector: { 'm.$': '$.nope' } },
    ],
  ])('what fails after the success of a %s state follows the event of that success', async (type, state) => {
    const run = await ScriptedRun.start(machine({ All: { ...state, End: true } }), { input: { items: [1] } });
    const succeeded = run.history.find((event) => event.type === `${type}StateSucceeded`);
    expect(run.history.at(-1)).toMatchObject({ type: 'ExecutionFailed', previousEventId: succeeded?.id });
  });

  test('is retried as a whole when tasks of two branches time out at the same moment', async () => {
    const branches = ['A', 'B'].map((name) => machine({ [name]: task({ TimeoutSeconds: 5 }) }));
    const Retry = [{ ErrorEquals: ['States.Timeout'] }];
    const run = await ScriptedRun.start(machine({ Both: parallel(branches, { Retry }) }));
    await run.passSeconds(5);
    expect(run.types.filter((type) => type === 'LambdaFunctionTimedOut')).toHaveLength(2);
    expect(run.timers).toEqual([1]);
    await run.passSeconds(1);
    expect(run.tasks).toHaveLength(2);
  });

  test('runs all branches again when it is retried', async () => {
    const Retry = [{ ErrorEquals: ['Boom'] }];
    const run = await ScriptedRun.start(
      machine({ Both: parallel([machine({ A: task() }), machine({ B: task() })], { Retry }) }),
    );
    await run.fail('Boom');
    await run.passSeconds(1);
    expect(run.tasks).toHaveLength(2);
    await run.succeed('a');
    await run.succeed('b');
    expect(run.output).toEqual(['a', 'b']);
    expect(run.types.filter((type) => type === 'ParallelStateStarted')).toHaveLength(2);
  });
});
