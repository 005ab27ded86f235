import { expect, test } from '@jest/globals';
import { machine, ScriptedRun } from './testing/scripted-run.ts';

const Ask = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
  End: true,
};

test('a task token follows from the event’s entropy alone: executions of one name have tokens of their own', async () => {
  const tokens = new Set<string>();
  for (const turn of [1, 2, 3]) {
    const run = await ScriptedRun.start(machine({ Ask }), { entropy: `seed ${turn}` });
    const [task] = run.tasks;
    const token = /"token":"([^"]+)"/.exec(JSON.stringify(task))?.[1] ?? '';
    expect(Buffer.from(token, 'base64')).toHaveLength(64);
    for (const known of ['machine', 'run', 'task-', '000000000000']) {
      expect(Buffer.from(token, 'base64').toString('latin1')).not.toContain(known);
    }
    tokens.add(token);
  }
  expect(tokens.size).toBe(3);
});
