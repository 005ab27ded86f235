import { describe, expect, test } from '@jest/globals';
import type { HistoryEvent } from '../core/history-event.ts';
import { createExecution } from '../core/step.ts';
import type { JsonObject } from '../language/json.ts';
import { withJournal } from '../testing/fixtures.ts';
import { describeRecord } from './executions.ts';

const DAY_MS = 86_400_000;
const stored = withJournal();

function described(stoppedAt: number, redriveCount: number, lastEventId: number): JsonObject {
  const machine = { arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m', name: 'm' };
  const rest = { definition: '{}', roleArn: 'r', logging: '{}', tracing: '{}', encryption: '{}' };
  const { id, revision } = stored.journal.stateMachines.create(
    { ...machine, type: 'STANDARD', createdAt: 1 },
    { revisionId: undefined, ...rest },
  );
  const arn = 'arn:aws:states:us-east-1:000000000000:execution:m:one';
  const names = { arn, name: 'one', stateMachineArn: machine.arn, stateMachineName: 'm' };
  const execution = createExecution({ ...names, type: 'STANDARD', roleArn: 'r', input: '{}' });
  const origin = { id: 1, stateMachine: id, revision };
  stored.journal.executions.insert(origin, { ...execution, status: 'FAILED', stoppedAt, redriveCount });
  const details = { executionFailedEventDetails: {} };
  const event: HistoryEvent = {
    id: lastEventId,
    previousEventId: 0,
    timestamp: 0,
    type: 'ExecutionFailed',
    ...details,
  };
  stored.journal.history.append(1, [event]);
  const record = stored.journal.executions.find(arn);
  if (!record) {
    throw new Error('the execution was not stored');
  }
  return describeRecord(stored, record, true);
}

describe('DescribeExecution’s redrive status', () => {
  test('an execution that ended more than 14 days ago is not redrivable', () => {
    expect(described(Date.now() - 15 * DAY_MS, 0, 5)).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution has exceeded the redrivable period of 14 days',
    });
  });

  test('an execution whose history is too long is not redrivable', () => {
    expect(described(Date.now(), 0, 24_999)).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution event history exceeds 24999 events',
    });
  });

  test('an execution that was redriven too often is not redrivable', () => {
    expect(described(Date.now(), 1_000, 5)).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution redrive count exceeds the limit of 1000',
    });
  });

  test('an execution that failed within the limits is redrivable', () => {
    const description = described(Date.now() - 13 * DAY_MS, 999, 24_998);
    expect(description).toMatchObject({ redriveStatus: 'REDRIVABLE' });
    expect(description).not.toHaveProperty('redriveStatusReason');
  });
});
