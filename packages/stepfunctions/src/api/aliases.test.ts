import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const on = withTestEngine();
let machine: string;
let other: string;

beforeEach(async () => {
  const definition = (Comment: string): string =>
    JSON.stringify({ Comment, StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });
  [machine = '', other = ''] = await Promise.all(
    ['machine', 'other'].map((name) => on.create(name, JSON.parse(definition('1')) as JsonObject, { publish: true })),
  );
  await on.call('UpdateStateMachine', { stateMachineArn: machine, definition: definition('2'), publish: true });
});

afterEach(() => {
  jest.restoreAllMocks();
});

type Route = readonly [version: string, weight: number];

function routes(...given: readonly Route[]): readonly JsonObject[] {
  return given.map(([stateMachineVersionArn, weight]) => ({ stateMachineVersionArn, weight }));
}

function create(name: string, given: readonly Route[], more: JsonObject = {}): Promise<JsonObject> {
  return on.call('CreateStateMachineAlias', { name, routingConfiguration: routes(...given), ...more });
}

function described(stateMachineAliasArn: string): Promise<JsonObject> {
  return on.call('DescribeStateMachineAlias', { stateMachineAliasArn });
}

describe('an alias', () => {
  test('an alias is described with its routes, and a repeated create answers the first one', async () => {
    const given: readonly Route[] = [
      [`${machine}:1`, 30],
      [`${machine}:2`, 70],
    ];
    const first = await create('live', given, { description: 'to customers' });
    expect(first).toEqual({ stateMachineAliasArn: `${machine}:live`, creationDate: expect.any(Number) });
    expect(await create('live', given, { description: 'to customers' })).toEqual(first);
    expect(await described(`${machine}:live`)).toEqual({
      stateMachineAliasArn: `${machine}:live`,
      name: 'live',
      description: 'to customers',
      routingConfiguration: routes(...given),
      creationDate: first.creationDate,
      updateDate: first.creationDate,
    });
  });

  test.each<[string, Route, JsonObject]>([
    ['route', [':2', 100], { description: 'one' }],
    ['description', [':1', 100], { description: 'two' }],
    ['description left out', [':1', 100], {}],
  ])('a repeated create with another %s is a conflict, and changes nothing', async (_, [suffix, weight], more) => {
    await create('live', [[`${machine}:1`, 100]], { description: 'one' });
    const before = await described(`${machine}:live`);
    const again = create('live', [[`${machine}${suffix}`, weight]], more);
    await expect(again).rejects.toMatchObject({ type: 'ConflictException' });
    expect(await described(`${machine}:live`)).toEqual(before);
  });

  test.each(['v2', '2nd', '1.5-rc2'])('the alias %s is one, though a version is a number', async (name) => {
    const created = await create(name, [[`${machine}:2`, 100]]);
    const started = await on.call('StartExecution', { stateMachineArn: `${machine}:${name}` });
    const { stateMachineAliasArn } = await on.call('DescribeExecution', { executionArn: started.executionArn ?? '' });
    expect(stateMachineAliasArn).toBe(`${machine}:${name}`);
    expect(await described(`${machine}:${name}`)).toMatchObject({ ...created, name });
    const updated = { stateMachineAliasArn: `${machine}:${name}`, description: 'another' };
    expect(await on.call('UpdateStateMachineAlias', updated)).toEqual({ updateDate: expect.any(Number) });
    const route = create('new', [[`${machine}:${name}`, 100]]);
    await expect(route).rejects.toMatchObject({
      message: expect.stringContaining('must contain state machine version'),
    });
    await on.call('DeleteStateMachineAlias', { stateMachineAliasArn: `${machine}:${name}` });
    await expect(described(`${machine}:${name}`)).rejects.toMatchObject({ type: 'ResourceNotFound' });
  });

  test('an update changes the routes or the description and keeps the other', async () => {
    await create('live', [[`${machine}:1`, 100]], { description: 'one' });
    const { creationDate } = await described(`${machine}:live`);
    const update = (members: JsonObject): Promise<JsonObject> =>
      on.call('UpdateStateMachineAlias', { stateMachineAliasArn: `${machine}:live`, ...members });
    await update({ routingConfiguration: routes([`${machine}:2`, 100]) });
    const { updateDate } = await update({ description: 'two' });
    expect(await described(`${machine}:live`)).toMatchObject({
      description: 'two',
      routingConfiguration: routes([`${machine}:2`, 100]),
      creationDate,
      updateDate,
    });
    const refused: readonly [JsonObject, string][] = [
      [{}, 'Either the description or the routing configuration must be specified'],
      [{ routingConfiguration: routes([`${other}:1`, 100]) }, 'must contain versions of the state machine the alias'],
      [{ routingConfiguration: routes([`${machine}:2`, 99]) }, 'Sum of routing configuration weights'],
    ];
    expect.assertions(refused.length + 2);
    for (const [members, message] of refused) {
      const refusal = { type: 'ValidationException', message: expect.stringContaining(message) };
      await expect(update(members)).rejects.toMatchObject(refusal);
    }
    expect(await described(`${machine}:live`)).toMatchObject({ routingConfiguration: routes([`${machine}:2`, 100]) });
  });

  test('the routes of an alias whose state machine is being deleted are not updated', async () => {
    const wait = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
    const leaving = await on.create('leaving', wait, { publish: true });
    await create('live', [[`${leaving}:1`, 100]]);
    await on.call('StartExecution', { stateMachineArn: leaving });
    await on.call('DeleteStateMachine', { stateMachineArn: leaving });
    const routingConfiguration = routes([`${leaving}:1`, 100]);
    const update = { stateMachineAliasArn: `${leaving}:live`, routingConfiguration };
    await expect(on.call('UpdateStateMachineAlias', update)).rejects.toMatchObject({ type: 'StateMachineDeleting' });
  });

  test.each<[string, readonly Route[], string, string]>([
    ['the state machine itself', [['', 100]], 'ValidationException', 'must contain state machine version ARNs'],
    ['an alias', [[':live', 100]], 'ValidationException', 'must contain state machine version ARNs'],
    ['version 0', [[':0', 100]], 'ValidationException', 'must contain state machine version ARNs'],
    ['a version that does not exist', [[':3', 100]], 'ResourceNotFound', ':3'],
    [
      'a second version that does not exist',
      [
        [':1', 50],
        [':3', 50],
      ],
      'ResourceNotFound',
      ':3',
    ],
    [
      'more than 100 percent',
      [
        [':1', 50],
        [':2', 51],
      ],
      'ValidationException',
      'Received: [50, 51]',
    ],
  ])('an alias is not created with %s', async (_, given, type, message) => {
    await create('live', [[`${machine}:1`, 100]]);
    const created = create(
      'new',
      given.map(([suffix, weight]) => [`${machine}${suffix}`, weight]),
    );
    await expect(created).rejects.toMatchObject({ type, message: expect.stringContaining(message) });
    await expect(described(`${machine}:new`)).rejects.toMatchObject({ type: 'ResourceNotFound' });
  });

  test('an alias is not created with versions of two state machines, or of none', async () => {
    const two: readonly Route[] = [
      [`${machine}:1`, 50],
      [`${other}:1`, 50],
    ];
    await expect(create('new', two)).rejects.toMatchObject({
      message: expect.stringContaining('versions of the same state machine'),
    });
    const none = create('new', [[`${machine}0:1`, 100]]);
    await expect(none).rejects.toMatchObject({ type: 'ResourceNotFound' });
    await expect(create('new', [])).rejects.toMatchObject({ type: 'ValidationException' });
    await expect(create('7', [[`${machine}:1`, 100]])).rejects.toMatchObject({ type: 'ValidationException' });
  });

  test('each version gets its share of the executions, to the percent', async () => {
    await create('live', [
      [`${machine}:1`, 30],
      [`${machine}:2`, 70],
    ]);
    const drawn = [0, 0.299, 0.3, 0.999];
    const versions: unknown[] = [];
    for (const chance of drawn) {
      jest.spyOn(Math, 'random').mockReturnValueOnce(chance);
      const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn: `${machine}:live` });
      const execution = await on.call('DescribeExecution', { executionArn });
      versions.push(execution.stateMachineVersionArn);
      expect(execution.stateMachineAliasArn).toBe(`${machine}:live`);
    }
    expect(versions).toEqual([`${machine}:1`, `${machine}:1`, `${machine}:2`, `${machine}:2`]);
    const listed = await on.call('ListExecutions', { stateMachineArn: `${machine}:live` });
    expect(listed.executions).toHaveLength(4);
    expect((await on.call('ListExecutions', { stateMachineArn: `${machine}:1` })).executions).toHaveLength(2);
  });

  test('a deleted alias is gone, and deleting it again is no error; its versions stay', async () => {
    await create('live', [[`${machine}:1`, 100]]);
    const version = { stateMachineVersionArn: `${machine}:1` };
    await expect(on.call('DeleteStateMachineVersion', version)).rejects.toMatchObject({ type: 'ConflictException' });
    await on.call('DeleteStateMachineVersion', { stateMachineVersionArn: `${machine}:2` });
    const alias = { stateMachineAliasArn: `${machine}:live` };
    expect(await on.call('DeleteStateMachineAlias', alias)).toEqual({});
    expect(await on.call('DeleteStateMachineAlias', alias)).toEqual({});
    await expect(described(`${machine}:live`)).rejects.toMatchObject({ type: 'ResourceNotFound' });
    expect(await on.call('DeleteStateMachineVersion', version)).toEqual({});
    const left = await on.call('ListStateMachineVersions', { stateMachineArn: machine });
    expect(left).toEqual({ stateMachineVersions: [] });
  });

  test.each(['DescribeStateMachineAlias', 'DeleteStateMachineAlias', 'UpdateStateMachineAlias'])(
    '%s refuses the ARN of a state machine or of a version',
    async (action) => {
      const refused = [machine, `${machine}:1`];
      expect.assertions(refused.length);
      for (const stateMachineAliasArn of refused) {
        const call = on.call(action, { stateMachineAliasArn, description: 'x' });
        await expect(call).rejects.toMatchObject({
          type: 'ValidationException',
          message: expect.stringContaining('names no state machine alias'),
        });
      }
    },
  );
});

describe('a version', () => {
  test('DeleteStateMachineVersion refuses what is no version, and takes what does not exist as deleted', async () => {
    await create('live', [[`${machine}:1`, 100]]);
    const refused = [machine, `${machine}:live`];
    expect.assertions(refused.length + 2);
    for (const stateMachineVersionArn of refused) {
      const call = on.call('DeleteStateMachineVersion', { stateMachineVersionArn });
      await expect(call).rejects.toMatchObject({ type: 'ValidationException' });
    }
    for (const stateMachineVersionArn of [`${machine}:9`, `${machine}0:1`]) {
      expect(await on.call('DeleteStateMachineVersion', { stateMachineVersionArn })).toEqual({});
    }
  });

  test('the tenth version is one like the others', async () => {
    for (let version = 3; version <= 10; version += 1) {
      const definition = JSON.stringify({
        Comment: `${version}`,
        StartAt: 'A',
        States: { A: { Type: 'Pass', End: true } },
      });
      await on.call('UpdateStateMachine', { stateMachineArn: machine, definition, publish: true });
    }
    await create('live', [[`${machine}:10`, 100]]);
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn: `${machine}:live` });
    const execution = await on.call('DescribeExecution', { executionArn });
    expect(execution).toMatchObject({ stateMachineVersionArn: `${machine}:10` });
  });

  test('a version is published from the current revision alone, the first of which is INITIAL', async () => {
    const publish = (stateMachineArn: string, revisionId: string): Promise<JsonObject> =>
      on.call('PublishStateMachineVersion', { stateMachineArn, revisionId });
    expect(await publish(other, 'INITIAL')).toMatchObject({ stateMachineVersionArn: `${other}:1` });
    const conflict = { type: 'ConflictException' };
    await expect(publish(machine, 'INITIAL')).rejects.toMatchObject({
      ...conflict,
      message: expect.stringContaining('for revision INITIAL. The current State Machine revision is '),
    });
    await expect(publish(other, 'another')).rejects.toMatchObject({
      ...conflict,
      message: expect.stringContaining('The current State Machine revision is INITIAL.'),
    });
    const { revisionId } = await on.call('DescribeStateMachine', { stateMachineArn: machine });
    expect(await publish(machine, String(revisionId))).toMatchObject({ stateMachineVersionArn: `${machine}:2` });
  });
});
