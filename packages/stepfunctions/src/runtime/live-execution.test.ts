import { expect, test } from '@jest/globals';
import { createExecution } from '../core/step.ts';
import { type LiveExecution, LiveExecutions } from './live-execution.ts';

function live(id: number, characters = 0, busy = false): LiveExecution {
  const arn = `arn:${id}`;
  const names = { arn, name: `${id}`, stateMachineArn: 'arn:machine', stateMachineName: 'machine' };
  return {
    origin: { id, stateMachine: 1, revision: 1 },
    owner: { arn, id, deliver: () => undefined },
    execution: createExecution({ ...names, type: 'STANDARD', roleArn: 'arn:role', input: '{}' }),
    characters,
    isNew: false,
    mailbox: [],
    busy,
  };
}

/** Which of the executions are in memory. Looking makes them the latest used. */
function kept(executions: LiveExecutions, ...ids: readonly number[]): readonly number[] {
  return ids.filter((id) => executions.get(id) !== undefined);
}

test('beyond the number that may be in memory, the least recently used execution leaves it', () => {
  const executions = new LiveExecutions({ executions: 2, characters: 100 });
  executions.add(live(1));
  executions.add(live(2));
  expect(kept(executions, 2, 1)).toEqual([2, 1]);
  executions.add(live(3));
  expect(kept(executions, 1, 2, 3)).toEqual([1, 3]);
});

test('beyond the characters that may be in memory, as many executions leave it as it takes', () => {
  const executions = new LiveExecutions({ executions: 9, characters: 100 });
  for (const id of [1, 2, 3]) {
    executions.add(live(id, 30));
  }
  executions.add(live(4, 10));
  expect(kept(executions, 1, 2, 3, 4)).toEqual([1, 2, 3, 4]);
  executions.add(live(5, 31));
  expect(kept(executions, 1, 2, 3, 4, 5)).toEqual([3, 4, 5]);
});

test('an execution that grows makes the others leave memory, not itself', () => {
  const executions = new LiveExecutions({ executions: 9, characters: 100 });
  const first = live(1, 40);
  executions.add(first);
  executions.add(live(2, 40));
  executions.resize(first, 60);
  expect(first.characters).toBe(60);
  expect(kept(executions, 1, 2)).toEqual([1, 2]);
  executions.resize(first, 61);
  expect(kept(executions, 1, 2)).toEqual([1]);
  executions.resize(first, 10);
  executions.add(live(3, 90));
  expect(kept(executions, 1, 3)).toEqual([1, 3]);
});

test('an execution that has left memory counts no more, however often it is dropped or resized', () => {
  const executions = new LiveExecutions({ executions: 9, characters: 100 });
  const gone = live(1, 60);
  executions.add(gone);
  executions.delete(1);
  executions.delete(1);
  executions.resize(gone, 90);
  executions.add(live(2, 60));
  executions.add(live(3, 40));
  expect(kept(executions, 1, 2, 3)).toEqual([2, 3]);
  executions.add(live(4, 1));
  expect(kept(executions, 2, 3, 4)).toEqual([3, 4]);
});

test('an execution that processes events stays in memory, and idle ones leave it instead', () => {
  const executions = new LiveExecutions({ executions: 1, characters: 100 });
  executions.add(live(1, 0, true));
  executions.add(live(2));
  executions.add(live(3));
  expect(kept(executions, 1, 2, 3)).toEqual([1, 3]);
});

test('only sixteen executions are tried for eviction at a time, so that many busy ones cost little', () => {
  const executions = new LiveExecutions({ executions: 1, characters: 100 });
  for (let id = 1; id <= 15; id += 1) {
    executions.add(live(id, 0, true));
  }
  executions.add(live(16));
  executions.add(live(17));
  expect(kept(executions, 16)).toEqual([]);
  const more = new LiveExecutions({ executions: 1, characters: 100 });
  for (let id = 1; id <= 16; id += 1) {
    more.add(live(id, 0, true));
  }
  more.add(live(17));
  more.add(live(18));
  expect(kept(more, 17)).toEqual([17]);
});
