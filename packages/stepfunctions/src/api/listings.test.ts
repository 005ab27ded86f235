import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';
import { startTestEngine } from '../testing/test-engine.ts';

const WAIT: JsonObject = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const MAPS: JsonObject = {
  StartAt: 'Outer',
  States: {
    Outer: {
      Type: 'Map',
      ItemProcessor: {
        StartAt: 'Inner',
        States: {
          Inner: {
            Type: 'Map',
            Label: 'inner',
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              ...WAIT,
            },
            End: true,
          },
        },
      },
      End: true,
    },
  },
};

const on = withTestEngine({}, 'file');
let machine: string;
let mapExecution: string;
let mapRunArn: string;

beforeAll(async () => {
  machine = await on.create('machine', WAIT);
  for (const [index, name] of ['e1', 'e2', 'e3', 'e4', 'e5'].entries()) {
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn: machine, name });
    if (index % 2 === 0) {
      await on.call('StopExecution', { executionArn });
    }
    if (name === 'e3') {
      await on.call('RedriveExecution', { executionArn });
      await on.call('StopExecution', { executionArn });
    }
  }
  await on.create('other', { ...WAIT, Comment: 'other' });
  await on.create('third', { ...WAIT, Comment: 'third' });
  for (let version = 1; version <= 5; version += 1) {
    const definition = JSON.stringify({ ...WAIT, Comment: `v${version}` });
    await on.call('UpdateStateMachine', { stateMachineArn: machine, definition, publish: true });
    const routingConfiguration = [{ stateMachineVersionArn: `${machine}:${version % 2 === 0 ? 2 : 1}`, weight: 100 }];
    await on.call('CreateStateMachineAlias', { name: `alias-${version}`, routingConfiguration });
    await on.call('CreateActivity', { name: `activity-${version}` });
  }
  const stateMachineArn = await on.create('maps', MAPS);
  const started = await on.call('StartExecution', { stateMachineArn, input: '[[1,2,3,4,5],[6],[7],[8],[9]]' });
  mapExecution = String(started.executionArn);
  const { mapRuns } = await on.call('ListMapRuns', { executionArn: mapExecution });
  const counts = await Promise.all(
    (mapRuns as readonly JsonObject[]).map(({ mapRunArn: arn = '' }) => on.call('DescribeMapRun', { mapRunArn: arn })),
  );
  mapRunArn = String(counts.find(({ itemCounts }) => (itemCounts as JsonObject).total === 5)?.mapRunArn);
});

/** Reads a listing page by page: the pages' items by the last part of their ARNs. */
async function pages(action: string, body: JsonObject, member: string, arn: string): Promise<readonly string[][]> {
  const read: string[][] = [];
  let nextToken: JsonObject = {};
  for (let turns = 0; turns < 10; turns += 1) {
    const page = await on.call(action, { ...body, maxResults: 2, ...nextToken });
    read.push((page[member] as readonly JsonObject[]).map((item) => String(item[arn]).split(':').at(-1) ?? ''));
    if (page.nextToken === undefined) {
      return read;
    }
    nextToken = { nextToken: page.nextToken };
  }
  throw new Error(`${action} never ends`);
}

describe('a listing that takes several pages', () => {
  test('executions come newest first', async () => {
    const listed = pages('ListExecutions', { stateMachineArn: machine }, 'executions', 'executionArn');
    expect(await listed).toEqual([['e5', 'e4'], ['e3', 'e2'], ['e1']]);
  });

  test.each<[string, JsonObject, string[][]]>([
    ['of one status', { statusFilter: 'ABORTED' }, [['e5', 'e3'], ['e1']]],
    ['that run', { statusFilter: 'RUNNING' }, [['e4', 'e2']]],
    ['that were redriven', { redriveFilter: 'REDRIVEN' }, [['e3']]],
    [
      'that were not redriven',
      { redriveFilter: 'NOT_REDRIVEN' },
      [
        ['e5', 'e4'],
        ['e2', 'e1'],
      ],
    ],
    [
      'of one status that were not redriven',
      { statusFilter: 'ABORTED', redriveFilter: 'NOT_REDRIVEN' },
      [['e5', 'e1']],
    ],
    ['that wait for their redrive, which none does', { statusFilter: 'PENDING_REDRIVE' }, [[]]],
  ])('executions %s are on every page alone', async (_, filter, expected) => {
    const body = { stateMachineArn: machine, ...filter };
    expect(await pages('ListExecutions', body, 'executions', 'executionArn')).toEqual(expected);
  });

  test('a page of executions follows only pages of the same filter', async () => {
    const body = { stateMachineArn: machine, maxResults: 1 };
    const { nextToken = '' } = await on.call('ListExecutions', { ...body, statusFilter: 'ABORTED' });
    const others: readonly JsonObject[] = [
      {},
      { statusFilter: 'RUNNING' },
      { statusFilter: 'ABORTED', redriveFilter: 'REDRIVEN' },
    ];
    expect.assertions(others.length);
    for (const filter of others) {
      const page = on.call('ListExecutions', { ...body, ...filter, nextToken });
      await expect(page).rejects.toMatchObject({ type: 'InvalidToken' });
    }
  });

  test('children of a map run are listed apart from the children of others, each with its items', async () => {
    const listed = await pages('ListExecutions', { mapRunArn }, 'executions', 'executionArn');
    expect(listed.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(new Set(listed.flat()).size).toBe(5);
    const { executions } = await on.call('ListExecutions', { mapRunArn });
    const label = machine.replace(/machine$/, 'maps/inner');
    for (const child of executions as readonly JsonObject[]) {
      expect(child).toMatchObject({ mapRunArn, itemCount: 1, stateMachineArn: label, status: 'RUNNING' });
    }
    expect(executions).toHaveLength(5);
  });

  test('map runs are listed once each, with their execution and state machine', async () => {
    const listed = await pages('ListMapRuns', { executionArn: mapExecution }, 'mapRuns', 'mapRunArn');
    expect(listed.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(new Set(listed.flat()).size).toBe(5);
    const { mapRuns } = await on.call('ListMapRuns', { executionArn: mapExecution });
    const stateMachineArn = machine.replace(/machine$/, 'maps');
    expect((mapRuns as readonly JsonObject[])[0]).toEqual({
      executionArn: mapExecution,
      mapRunArn: expect.stringContaining(`${stateMachineArn.replace(':stateMachine:', ':mapRun:')}/inner:`),
      stateMachineArn,
      startDate: expect.any(Number),
    });
  });

  test('state machines come newest first, also those of the same millisecond', async () => {
    const listed = await pages('ListStateMachines', {}, 'stateMachines', 'stateMachineArn');
    expect(listed).toEqual([
      ['maps', 'third'],
      ['other', 'machine'],
    ]);
  });

  test('versions come newest first, and aliases and activities by name', async () => {
    const of = { stateMachineArn: machine };
    const versions = await pages('ListStateMachineVersions', of, 'stateMachineVersions', 'stateMachineVersionArn');
    expect(versions).toEqual([['5', '4'], ['3', '2'], ['1']]);
    const aliases = await pages('ListStateMachineAliases', of, 'stateMachineAliases', 'stateMachineAliasArn');
    expect(aliases).toEqual([['alias-1', 'alias-2'], ['alias-3', 'alias-4'], ['alias-5']]);
    const activities = await pages('ListActivities', {}, 'activities', 'activityArn');
    expect(activities).toEqual([['activity-1', 'activity-2'], ['activity-3', 'activity-4'], ['activity-5']]);
  });

  test('aliases of one version leave out those of others', async () => {
    const of = { stateMachineArn: `${machine}:2` };
    const aliases = await pages('ListStateMachineAliases', of, 'stateMachineAliases', 'stateMachineAliasArn');
    expect(aliases.flat()).toEqual(['alias-2', 'alias-4']);
  });

  test.each([false, true])(
    'a history is read to its end, each event once, in reverse order: %s',
    async (reverseOrder) => {
      const executionArn = machine.replace(':stateMachine:', ':execution:').concat(':e3');
      const whole = await on.call('GetExecutionHistory', { executionArn, reverseOrder });
      const ids = (whole.events as readonly JsonObject[]).map(({ id }) => Number(id));
      expect(ids).toEqual(reverseOrder ? [5, 4, 3, 2, 1] : [1, 2, 3, 4, 5]);
      const read: number[] = [];
      let token: JsonObject = {};
      for (let turns = 0; turns < 3; turns += 1) {
        const page = await on.call('GetExecutionHistory', { executionArn, reverseOrder, maxResults: 2, ...token });
        read.push(...(page.events as readonly JsonObject[]).map(({ id }) => Number(id)));
        token = page.nextToken === undefined ? {} : { nextToken: page.nextToken };
      }
      expect(read).toEqual(ids);
      expect(token).toEqual({});
    },
  );

  test('a page of a history does not follow one in the other order, or of another execution', async () => {
    const executionArn = machine.replace(':stateMachine:', ':execution:').concat(':e3');
    const { nextToken = '' } = await on.call('GetExecutionHistory', { executionArn, maxResults: 1 });
    const others: readonly JsonObject[] = [
      { executionArn, reverseOrder: true },
      { executionArn: executionArn.replace(/e3$/, 'e1') },
    ];
    expect.assertions(others.length);
    for (const other of others) {
      const page = on.call('GetExecutionHistory', { ...other, nextToken });
      await expect(page).rejects.toMatchObject({ type: 'InvalidToken' });
    }
  });
});

describe('a page', () => {
  test('a page has 100 items where no number, or 0, is asked for, and 1,000 at most', async () => {
    const full = startTestEngine();
    await Promise.all(Array.from({ length: 101 }, (_, index) => full.call('CreateActivity', { name: `a${index}` })));
    const sizes: number[] = [];
    for (const body of [{}, { maxResults: 0 }, { maxResults: 101 }] as const) {
      sizes.push(((await full.call('ListActivities', body)).activities as readonly unknown[]).length);
    }
    expect(sizes).toEqual([100, 100, 101]);
    await expect(full.call('ListActivities', { maxResults: 1_001 })).rejects.toMatchObject({
      type: 'ValidationException',
    });
    await full.engine.close();
  });

  test('a page names what it lists: executions with their version, alias, redrives and times', async () => {
    const { executions } = await on.call('ListExecutions', { stateMachineArn: machine, redriveFilter: 'REDRIVEN' });
    const [listed] = executions as readonly JsonObject[];
    const described = await on.call('DescribeExecution', { executionArn: listed?.executionArn ?? '' });
    const { startDate, stopDate, redriveDate } = described;
    expect(listed).toEqual({
      executionArn: machine.replace(':stateMachine:', ':execution:').concat(':e3'),
      stateMachineArn: machine,
      name: 'e3',
      status: 'ABORTED',
      startDate,
      stopDate,
      redriveCount: 1,
      redriveDate,
    });
    expect([startDate, stopDate, redriveDate].map((date) => typeof date)).toEqual(['number', 'number', 'number']);
  });

  test('executions are listed of a state machine or of a map run, not of both and not of an express one', async () => {
    const express = await on.create('express', WAIT, { type: 'EXPRESS' });
    const both = on.call('ListExecutions', { stateMachineArn: machine, mapRunArn });
    await expect(both).rejects.toMatchObject({ type: 'ValidationException' });
    const ofExpress = on.call('ListExecutions', { stateMachineArn: express });
    await expect(ofExpress).rejects.toMatchObject({ type: 'StateMachineTypeNotSupported' });
    const none = on.call('ListExecutions', { mapRunArn: `${mapRunArn}0` });
    await expect(none).rejects.toMatchObject({ type: 'ResourceNotFound' });
    await on.call('DeleteStateMachine', { stateMachineArn: express });
  });
});
