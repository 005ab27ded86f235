import { expect, test } from '@jest/globals';
import { createExecution } from '../core/step.ts';
import { withJournal } from '../testing/fixtures.ts';
import type { ParentTask } from './execution-store.ts';

const stored = withJournal();

function store(id: number, parent: ParentTask | undefined, isOver = false): void {
  const names = { arn: `arn:${id}`, name: `${id}`, stateMachineArn: 'arn:machine', stateMachineName: 'machine' };
  const execution = createExecution({ ...names, type: 'STANDARD', roleArn: 'arn:role', input: '{}' });
  const end = isOver ? { status: 'SUCCEEDED' as const, stoppedAt: 1 } : {};
  stored.journal.executions.insert(
    { id, stateMachine: 1, revision: 1, ...(parent && { parent }) },
    { ...execution, ...end },
  );
}

test('a task waits for the running executions that it started to wait for, and for no others', () => {
  const parent = { execution: 1, taskId: 'task-1', waits: true };
  store(1, undefined);
  store(2, parent);
  store(3, { ...parent, waits: false });
  store(4, { ...parent, taskId: 'task-2' });
  store(5, { ...parent, execution: 9 });
  store(6, parent, true);
  expect(stored.journal.executions.awaitedBy(1, 'task-1')).toEqual([2]);
  expect(stored.journal.executions.awaited()).toEqual([2, 4, 5]);
});
