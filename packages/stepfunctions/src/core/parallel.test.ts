import { describe, expect, test } from '@jest/globals';
import { machine, pass, ScriptedRun, task } from './testing/scripted-run.ts';

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
