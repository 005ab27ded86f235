import { expect, test } from '@jest/globals';
import type { HistoryEvent } from '../core/history-event.ts';
import type { JsonObject } from '../language/json.ts';
import { withJournal, withTestEngine } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';
import { writeChildren } from './write-children.ts';

const on = withTestEngine();
const stored = withJournal();

test('children of concurrent map runs of one state belong to their own map run', async () => {
  const inner: JsonObject = {
    Type: 'Map',
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 0, Next: 'P' }, P: { Type: 'Pass', End: true } },
    },
    End: true,
  };
  const stateMachineArn = await on.create('machine', {
    StartAt: 'Outer',
    States: { Outer: { Type: 'Map', ItemProcessor: { StartAt: 'Inner', States: { Inner: inner } }, End: true } },
  });
  const started = await on.call('StartExecution', { stateMachineArn, input: '[["a", "b"], ["c", "d", "e"]]' });
  const executionArn = String(started.executionArn);
  await eventually(
    async () => (await on.call('DescribeExecution', { executionArn })).status === 'SUCCEEDED' || undefined,
  );
  const { mapRuns } = await on.call('ListMapRuns', { executionArn });
  const inputs = await Promise.all(
    (mapRuns as readonly JsonObject[]).map(async ({ mapRunArn = '' }) => {
      const { executions } = await on.call('ListExecutions', { mapRunArn });
      const children = await Promise.all(
        (executions as readonly JsonObject[]).map((child) =>
          on.call('DescribeExecution', { executionArn: child.executionArn ?? '' }),
        ),
      );
      return children.map(({ input }) => input).sort();
    }),
  );
  expect(inputs.sort()).toEqual([
    ['"a"', '"b"'],
    ['"c"', '"d"', '"e"'],
  ]);
});

test('the redrive of a child whose record an earlier version dropped writes nothing, and does not stop the others', () => {
  const { journal } = stored;
  const [gone, fresh] = ['arn:aws:states:x:0:execution:m/L:gone', 'arn:aws:states:x:0:execution:m/L:fresh'];
  const child = { mapRunArn: 'arn:mapRun:1', itemCount: 1 };
  const base = { id: 1, previousEventId: 0, timestamp: 0 };
  const details = { input: '{}', inputDetails: { truncated: false }, roleArn: 'arn:role' };
  let lastId = 1;
  writeChildren(
    journal,
    {
      origin: { id: 1, stateMachine: 1, revision: 1 },
      childHistory: [
        {
          ...{ ...child, executionArn: gone },
          history: [{ ...base, type: 'ExecutionRedriven', executionRedrivenEventDetails: { redriveCount: 1 } }],
        },
        {
          ...{ ...child, executionArn: fresh },
          history: [{ ...base, type: 'ExecutionStarted', executionStartedEventDetails: details }],
        },
      ],
    },
    () => {
      lastId += 1;
      return lastId;
    },
  );
  expect(journal.executions.find(gone)).toBeUndefined();
  expect(journal.executions.find(fresh)).toMatchObject({ id: 2, name: 'fresh', status: 'RUNNING' });
});

test('a child that timed out is recorded so, and its results are written among those that failed', () => {
  const { journal } = stored;
  const [mapRunArn, executionArn] = ['arn:mapRun:2', 'arn:aws:states:x:0:execution:m/L:slow'];
  const details = { input: '{}', inputDetails: { truncated: false }, roleArn: 'arn:role' };
  const started = { id: 1, previousEventId: 0, timestamp: 0, type: 'ExecutionStarted' as const };
  const timedOut = { id: 2, previousEventId: 0, timestamp: 300_000, type: 'ExecutionTimedOut' as const };
  const history = [
    { ...started, executionStartedEventDetails: details },
    { ...timedOut, executionTimedOutEventDetails: { error: 'States.Timeout' } },
  ];
  const origin = { id: 11, stateMachine: 1, revision: 1 };
  writeChildren(journal, { origin, childHistory: [{ mapRunArn, itemCount: 1, executionArn, history }] }, () => 12);
  const record = { status: 'TIMED_OUT', error: 'States.Timeout', stoppedAt: 300_000 };
  expect(journal.executions.find(executionArn)).toMatchObject(record);
  expect(journal.executions.children(mapRunArn, 'FAILED', 0, 10)).toMatchObject([record]);
  expect(journal.executions.children(mapRunArn, 'SUCCEEDED', 0, 10)).toEqual([]);
});

test.each<[string, object, object]>([
  ['ExecutionSucceeded', { executionSucceededEventDetails: { output: '7' } }, { status: 'SUCCEEDED', output: '7' }],
  [
    'ExecutionFailed',
    { executionFailedEventDetails: { error: 'E', cause: 'c' } },
    { status: 'FAILED', error: 'E', cause: 'c' },
  ],
  ['ExecutionAborted', { executionAbortedEventDetails: { cause: 'c' } }, { status: 'ABORTED', cause: 'c' }],
  ['ExecutionTimedOut', { executionTimedOutEventDetails: { error: 'E' } }, { status: 'TIMED_OUT', error: 'E' }],
])('a child’s %s is its end, which its redrive takes back', (type, details, end) => {
  const { journal } = stored;
  const executionArn = 'arn:aws:states:x:0:execution:m/L:child';
  const write = (history: readonly object[]): void => {
    const child = { mapRunArn: 'arn:mapRun:3', itemCount: 2, executionArn, history: history as HistoryEvent[] };
    writeChildren(journal, { origin: { id: 21, stateMachine: 1, revision: 5 }, childHistory: [child] }, () => 22);
  };
  const event = (id: number, more: object): object => ({ id, previousEventId: id - 1, timestamp: id * 1_000, ...more });
  write([
    event(1, { type: 'ExecutionStarted', executionStartedEventDetails: { input: '[1,2]' } }),
    event(2, { type: 'PassStateEntered' }),
  ]);
  const begun = { id: 22, name: 'child', revision: 5, input: '[1,2]', startedAt: 1_000, itemCount: 2 };
  expect(journal.executions.find(executionArn)).toMatchObject({ ...begun, status: 'RUNNING', stoppedAt: undefined });
  write([event(3, { type, ...details })]);
  expect(journal.executions.find(executionArn)).toMatchObject({ ...begun, ...end, stoppedAt: 3_000 });
  write([event(4, { type: 'ExecutionRedriven', executionRedrivenEventDetails: { redriveCount: 1 } })]);
  const again = { status: 'RUNNING', stoppedAt: undefined, redriveCount: 1, redrivenAt: 4_000 };
  expect(journal.executions.find(executionArn)).toMatchObject(again);
  expect(journal.history.forwards(22, 1, 10).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});
