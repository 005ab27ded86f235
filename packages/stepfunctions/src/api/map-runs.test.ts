import { beforeEach, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const on = withTestEngine();
let executionArn: string;
let mapRunArn: string;

beforeEach(async () => {
  const Each = {
    Type: 'Map',
    Label: 'each',
    MaxConcurrency: 1,
    ToleratedFailureCount: 2,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'A',
      States: { A: { Type: 'Wait', Seconds: 60, End: true } },
    },
    End: true,
  };
  const stateMachineArn = await on.create('machine', { StartAt: 'Each', States: { Each } });
  const started = await on.call('StartExecution', { stateMachineArn, input: '[1,2,3]' });
  executionArn = String(started.executionArn);
  const { mapRuns } = await on.call('ListMapRuns', { executionArn });
  mapRunArn = String((mapRuns as readonly JsonObject[])[0]?.mapRunArn);
});

const NONE = {
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 3,
  resultsWritten: 0,
  failuresNotRedrivable: 0,
  pendingRedrive: 0,
};

test('a map run is described with its limits and counts, from its start over its end to its redrive', async () => {
  const described = (): Promise<JsonObject> => on.call('DescribeMapRun', { mapRunArn });
  const running = { ...NONE, pending: 2, running: 1 };
  const first = await described();
  expect(first).toEqual({
    mapRunArn,
    executionArn,
    status: 'RUNNING',
    startDate: expect.any(Number),
    maxConcurrency: 1,
    toleratedFailureCount: 2,
    toleratedFailurePercentage: 0,
    itemCounts: running,
    executionCounts: running,
    redriveCount: 0,
  });
  const { stopDate } = await on.call('StopExecution', { executionArn });
  const aborted = { ...NONE, pending: 2, aborted: 1 };
  const stopped = { ...first, status: 'ABORTED', stopDate, itemCounts: aborted, executionCounts: aborted };
  expect(await described()).toEqual(stopped);
  const { mapRuns } = await on.call('ListMapRuns', { executionArn });
  expect(mapRuns).toMatchObject([{ mapRunArn, stopDate }]);
  const { redriveDate } = await on.call('RedriveExecution', { executionArn });
  expect(await described()).toEqual({ ...first, redriveCount: 1, redriveDate });
});

test('an update changes the limits that it names, and lets more children start', async () => {
  await on.call('UpdateMapRun', { mapRunArn, maxConcurrency: 2 });
  await on.call('UpdateMapRun', { mapRunArn, toleratedFailurePercentage: 33.3 });
  await on.call('UpdateMapRun', { mapRunArn, toleratedFailureCount: 1 });
  expect(await on.call('DescribeMapRun', { mapRunArn })).toMatchObject({
    maxConcurrency: 2,
    toleratedFailureCount: 1,
    toleratedFailurePercentage: 33.3,
    itemCounts: { running: 2, pending: 1 },
  });
});

test('a map run that has ended or does not exist is not updated', async () => {
  await on.call('StopExecution', { executionArn });
  await expect(on.call('UpdateMapRun', { mapRunArn, maxConcurrency: 2 })).rejects.toMatchObject({
    type: 'ValidationException',
    message: 'Map Run is ABORTED and cannot be updated',
  });
  const none = { type: 'ResourceNotFound' };
  await expect(on.call('UpdateMapRun', { mapRunArn: `${mapRunArn}0` })).rejects.toMatchObject(none);
  await expect(on.call('DescribeMapRun', { mapRunArn: `${mapRunArn}0` })).rejects.toMatchObject(none);
  await expect(on.call('DescribeMapRun', { mapRunArn: executionArn })).rejects.toMatchObject({ type: 'InvalidArn' });
});

test('a child of a map run is neither stopped nor redriven on its own', async () => {
  const { executions } = await on.call('ListExecutions', { mapRunArn });
  const child = String((executions as readonly JsonObject[])[0]?.executionArn);
  const refused = (what: string): object => ({
    type: 'ValidationException',
    message: `A child execution of a Map Run cannot be ${what} on its own here: act on the execution that has the Map Run.`,
  });
  await expect(on.call('StopExecution', { executionArn: child })).rejects.toMatchObject(refused('stopped'));
  expect(await on.call('DescribeExecution', { executionArn: child })).toMatchObject({ status: 'RUNNING' });
  await on.call('StopExecution', { executionArn });
  const aborted = { status: 'ABORTED', redriveStatus: 'REDRIVABLE_BY_MAP_RUN', mapRunArn };
  expect(await on.call('DescribeExecution', { executionArn: child })).toMatchObject(aborted);
  await expect(on.call('RedriveExecution', { executionArn: child })).rejects.toMatchObject(refused('redriven'));
});

test('a child of a map run has the processor of its Map as its definition, and its map run and label', async () => {
  const { executions } = await on.call('ListExecutions', { mapRunArn });
  const child = String((executions as readonly JsonObject[])[0]?.executionArn);
  const ofExecution = (of: string, more: JsonObject = {}): Promise<JsonObject> =>
    on.call('DescribeStateMachineForExecution', { executionArn: of, ...more });
  const { definition, ...parent } = await ofExecution(executionArn);
  expect(parent).not.toHaveProperty('mapRunArn');
  expect(parent).not.toHaveProperty('label');
  const { States } = JSON.parse(String(definition)) as { States: { Each: { ItemProcessor: JsonObject } } };
  const described = await ofExecution(child);
  expect(described).toEqual({
    ...parent,
    stateMachineArn: `${parent.stateMachineArn}/each`,
    mapRunArn,
    label: 'each',
    definition: expect.any(String),
  });
  expect(JSON.parse(String(described.definition))).toMatchObject(States.Each.ItemProcessor);
  expect(await ofExecution(child, { includedData: 'METADATA_ONLY' })).toEqual({ ...described, definition: '' });
});
