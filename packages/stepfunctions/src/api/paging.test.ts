import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const STATES = 'arn:aws:states:us-east-1:000000000000';
const MACHINE = `${STATES}:stateMachine:machine`;
const OTHER = `${STATES}:stateMachine:other`;
const WAIT = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const MAPS = {
  StartAt: 'All',
  States: {
    All: {
      Type: 'Parallel',
      Branches: ['one', 'two'].map((Label) => ({
        StartAt: Label,
        States: {
          [Label]: {
            Type: 'Map',
            Label,
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: `${Label} waits`,
              States: { [`${Label} waits`]: WAIT.States.A },
            },
            End: true,
          },
        },
      })),
      End: true,
    },
  },
};

const on = withTestEngine({}, 'file');
let mapExecution: string;
let otherMapExecution: string;

beforeAll(async () => {
  await on.create('machine', WAIT, { publish: true });
  const definition = JSON.stringify({ ...WAIT, Comment: 'second' });
  await on.call('UpdateStateMachine', { stateMachineArn: MACHINE, definition, publish: true });
  await on.create('other', WAIT, { publish: true });
  for (const [name, weight] of [
    ['both', 30],
    ['live', 60],
  ] as const) {
    const routingConfiguration = [
      { stateMachineVersionArn: `${MACHINE}:1`, weight },
      { stateMachineVersionArn: `${MACHINE}:2`, weight: 100 - weight },
    ];
    await on.call('CreateStateMachineAlias', { name, routingConfiguration });
  }
  for (const name of ['one', 'two', 'three', 'four']) {
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn: `${MACHINE}:1`, name });
    if (name === 'one' || name === 'two') {
      await on.call('StopExecution', { executionArn });
    }
  }
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await on.call('CreateActivity', { name });
  }
  const maps = await on.create('maps', MAPS);
  const start = async (): Promise<string> =>
    String((await on.call('StartExecution', { stateMachineArn: maps, input: '[1]' })).executionArn);
  [mapExecution, otherMapExecution] = [await start(), await start()];
});

describe('a page', () => {
  test.each([1, 2, 3, 4, 5])('a listing read %d at a time shows each item once', async (maxResults) => {
    const read: unknown[] = [];
    let nextToken: JsonObject = {};
    for (let turns = 0; turns < 5 / maxResults; turns += 1) {
      const page = await on.call('ListActivities', { maxResults, ...nextToken });
      read.push(...(page.activities as readonly JsonObject[]).map(({ name }) => name));
      nextToken = page.nextToken === undefined ? {} : { nextToken: page.nextToken };
    }
    expect(read).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(nextToken).toEqual({});
  });

  test.each<[string, string, () => JsonObject, () => JsonObject]>([
    ['ListExecutions', 'a version', () => ({ stateMachineArn: MACHINE }), () => ({ stateMachineArn: `${MACHINE}:1` })],
    [
      'ListExecutions',
      'another status',
      () => ({ stateMachineArn: MACHINE, statusFilter: 'RUNNING' }),
      () => ({ stateMachineArn: MACHINE, statusFilter: 'ABORTED' }),
    ],
    [
      'ListExecutions',
      'any status',
      () => ({ stateMachineArn: MACHINE, statusFilter: 'RUNNING' }),
      () => ({ stateMachineArn: MACHINE }),
    ],
    [
      'ListExecutions',
      'redriven ones',
      () => ({ stateMachineArn: MACHINE, redriveFilter: 'NOT_REDRIVEN' }),
      () => ({ stateMachineArn: MACHINE, redriveFilter: 'REDRIVEN' }),
    ],
    [
      'ListExecutions',
      'redriven ones and others',
      () => ({ stateMachineArn: MACHINE, redriveFilter: 'NOT_REDRIVEN' }),
      () => ({ stateMachineArn: MACHINE }),
    ],
    [
      'ListStateMachineVersions',
      'another state machine',
      () => ({ stateMachineArn: MACHINE }),
      () => ({ stateMachineArn: OTHER }),
    ],
    [
      'ListStateMachineAliases',
      'a version',
      () => ({ stateMachineArn: MACHINE }),
      () => ({ stateMachineArn: `${MACHINE}:1` }),
    ],
    [
      'ListMapRuns',
      'another execution',
      () => ({ executionArn: mapExecution }),
      () => ({ executionArn: otherMapExecution }),
    ],
  ])('%s does not go on with %s by the token of another listing', async (action, _, first, other) => {
    const { nextToken } = await on.call(action, { ...first(), maxResults: 1 });
    expect(nextToken).toEqual(expect.any(String));
    const token = { maxResults: 1, nextToken: nextToken ?? null };
    await expect(on.call(action, { ...other(), ...token })).rejects.toMatchObject({
      type: 'InvalidToken',
      message: "Invalid Token: 'Invalid token'",
    });
    expect(await on.call(action, { ...first(), ...token })).toEqual(expect.any(Object));
  });
});

describe('an item of a page', () => {
  test('an execution that runs has no end and no redrive, and names the version that it was started with', async () => {
    const running = { stateMachineArn: `${MACHINE}:1`, statusFilter: 'RUNNING', maxResults: 1 };
    const { executions } = await on.call('ListExecutions', running);
    expect(executions).toStrictEqual([
      {
        executionArn: `${STATES}:execution:machine:four`,
        stateMachineArn: MACHINE,
        name: 'four',
        status: 'RUNNING',
        startDate: expect.any(Number),
        stateMachineVersionArn: `${MACHINE}:1`,
        redriveCount: 0,
      },
    ]);
  });

  test('a map run that runs has no end', async () => {
    const { mapRuns } = await on.call('ListMapRuns', { executionArn: mapExecution, maxResults: 1 });
    expect(mapRuns).toStrictEqual([
      {
        executionArn: mapExecution,
        mapRunArn: expect.stringContaining(':mapRun:maps/'),
        stateMachineArn: `${STATES}:stateMachine:maps`,
        startDate: expect.any(Number),
      },
    ]);
  });

  test('an alias of two versions is listed with each of them, and with no other', async () => {
    const listed = async (stateMachineArn: string): Promise<unknown> =>
      (await on.call('ListStateMachineAliases', { stateMachineArn })).stateMachineAliases;
    const both = [
      { stateMachineAliasArn: `${MACHINE}:both`, creationDate: expect.any(Number) },
      { stateMachineAliasArn: `${MACHINE}:live`, creationDate: expect.any(Number) },
    ];
    expect(await listed(`${MACHINE}:1`)).toEqual(both);
    expect(await listed(`${MACHINE}:2`)).toEqual(both);
    expect(await listed(`${OTHER}:1`)).toEqual([]);
    await expect(listed(`${MACHINE}:3`)).rejects.toMatchObject({ type: 'StateMachineDoesNotExist' });
  });

  test('a date is a number of seconds', async () => {
    const { stateMachines } = await on.call('ListStateMachines', { maxResults: 1 });
    const [{ creationDate } = {}] = stateMachines as readonly JsonObject[];
    expect(Math.abs(Date.now() / 1_000 - Number(creationDate))).toBeLessThan(3_600);
  });
});
