import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000';
const ROLE = 'arn:aws:iam::000000000000:role/test';
const PASS = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const WAIT = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const LOG = { level: 'ERROR', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:log' } }] };

const on = withTestEngine();

afterEach(() => {
  jest.restoreAllMocks();
});

function commented(Comment: string): string {
  return JSON.stringify({ ...PASS, Comment });
}

function update(stateMachineArn: string, members: JsonObject): Promise<JsonObject> {
  return on.call('UpdateStateMachine', { stateMachineArn, ...members });
}

function described(stateMachineArn: string, more: JsonObject = {}): Promise<JsonObject> {
  return on.call('DescribeStateMachine', { stateMachineArn, ...more });
}

describe('CreateStateMachine', () => {
  test('a new state machine has AWS’s defaults, and no revision id yet', async () => {
    const stateMachineArn = await on.create('plain', PASS);
    expect(await described(stateMachineArn)).toEqual({
      stateMachineArn: `${ARN}:stateMachine:plain`,
      name: 'plain',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: JSON.stringify(PASS),
      roleArn: ROLE,
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
      creationDate: expect.any(Number),
    });
  });

  test.each<[string, JsonObject]>([
    ['type', { type: 'EXPRESS' }],
    ['definition', { definition: commented('other') }],
    ['logging', { loggingConfiguration: LOG }],
    ['tracing', { tracingConfiguration: { enabled: true } }],
  ])('a repeated create with another %s is refused, and changes nothing', async (_, other) => {
    const request = { name: 'one', definition: JSON.stringify(PASS), roleArn: ROLE };
    const { stateMachineArn } = await on.call('CreateStateMachine', request);
    const before = await described(String(stateMachineArn));
    await expect(on.call('CreateStateMachine', { ...request, ...other })).rejects.toMatchObject({
      type: 'StateMachineAlreadyExists',
    });
    expect(await described(String(stateMachineArn))).toEqual(before);
  });

  test('a repeated create publishes what was not published, once, and adds no tags', async () => {
    const request = { name: 'one', definition: JSON.stringify(PASS), roleArn: ROLE };
    const first = await on.call('CreateStateMachine', request);
    expect(first.stateMachineVersionArn).toBeUndefined();
    const publish = { ...request, publish: true, versionDescription: 'first', tags: [{ key: 'a', value: '1' }] };
    const version = { ...first, stateMachineVersionArn: `${first.stateMachineArn}:1` };
    expect(await on.call('CreateStateMachine', publish)).toEqual(version);
    expect(await on.call('CreateStateMachine', publish)).toEqual(version);
    expect(await described(`${first.stateMachineArn}:1`)).toMatchObject({ description: 'first' });
    expect(await on.call('ListTagsForResource', { resourceArn: first.stateMachineArn ?? '' })).toEqual({ tags: [] });
  });

  test.each<[string, JsonObject, string]>([
    ['a description of no version', { versionDescription: 'v' }, 'ValidationException'],
    ['a role that is no ARN', { roleArn: 'role' }, 'InvalidArn'],
    ['half an ARN as its role', { roleArn: 'arn:aws:iam::000000000000' }, 'InvalidArn'],
    ['a definition that cannot run', { definition: '{"StartAt":"A","States":{}}' }, 'InvalidDefinition'],
    ['two log destinations', { loggingConfiguration: { destinations: [{}, {}] } }, 'InvalidLoggingConfiguration'],
    ['logs without a destination', { loggingConfiguration: { level: 'ALL' } }, 'InvalidLoggingConfiguration'],
    [
      'a key of its own',
      { encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY' } },
      'InvalidEncryptionConfiguration',
    ],
    ['a reserved tag', { tags: [{ key: 'AWS:x' }] }, 'ValidationException'],
    ['a name with a space', { name: 'a b' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'a'.repeat(81) }, 'ValidationException'],
  ])('a state machine with %s is refused, and nothing is stored', async (_, members, type) => {
    const request = { name: 'bad', definition: JSON.stringify(PASS), roleArn: ROLE, ...members };
    await expect(on.call('CreateStateMachine', request)).rejects.toMatchObject({ type });
    expect(await on.call('ListStateMachines')).toEqual({ stateMachines: [] });
  });

  test('a logging configuration is kept as given, and one with a single destination may log nothing', async () => {
    const logged = await on.create('logged', PASS, { loggingConfiguration: LOG });
    expect((await described(logged)).loggingConfiguration).toEqual({ ...LOG, includeExecutionData: false });
    const { level: _, ...silent } = LOG;
    const off = await on.create('off', PASS, { loggingConfiguration: { ...silent, includeExecutionData: true } });
    expect((await described(off)).loggingConfiguration).toEqual({
      ...silent,
      level: 'OFF',
      includeExecutionData: true,
    });
    const empty = { level: 'OFF', includeExecutionData: false };
    const plain = await on.create('plain', PASS, { loggingConfiguration: { level: 'OFF' } });
    expect((await described(plain)).loggingConfiguration).toEqual(empty);
    const nowhere = await on.create('nowhere', PASS, { loggingConfiguration: { destinations: [{}] } });
    expect((await described(nowhere)).loggingConfiguration).toEqual({ ...empty, destinations: [{}] });
  });
});

describe('UpdateStateMachine', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['definition', { definition: commented('new') }, { definition: commented('new') }],
    ['roleArn', { roleArn: `${ROLE}/new` }, { roleArn: `${ROLE}/new` }],
    [
      'loggingConfiguration',
      { loggingConfiguration: LOG },
      { loggingConfiguration: { ...LOG, includeExecutionData: false } },
    ],
    ['tracingConfiguration', { tracingConfiguration: { enabled: true } }, { tracingConfiguration: { enabled: true } }],
  ])('an update of the %s alone keeps the rest and makes a new revision', async (_, members, changed) => {
    const stateMachineArn = await on.create('one', PASS);
    const before = await described(stateMachineArn);
    const { revisionId, updateDate } = await update(stateMachineArn, members);
    expect([typeof revisionId, typeof updateDate]).toEqual(['string', 'number']);
    expect(await described(stateMachineArn)).toEqual({ ...before, ...changed, revisionId });
  });

  test('an update of the role keeps the logging and the tracing that were set before', async () => {
    const set = { loggingConfiguration: LOG, tracingConfiguration: { enabled: true } };
    const stateMachineArn = await on.create('one', PASS, set);
    const before = await described(stateMachineArn);
    const { revisionId } = await update(stateMachineArn, { roleArn: `${ROLE}/new` });
    expect(await described(stateMachineArn)).toEqual({ ...before, roleArn: `${ROLE}/new`, revisionId });
  });

  test('an update that changes nothing keeps the revision, and publishes it once', async () => {
    const stateMachineArn = await on.create('one', PASS);
    const first = await update(stateMachineArn, { definition: commented('new'), publish: true });
    expect(first.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    const again = await update(stateMachineArn, {
      definition: commented('new'),
      roleArn: ROLE,
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
      publish: true,
      versionDescription: 'again',
    });
    expect(again).toMatchObject({ revisionId: first.revisionId, stateMachineVersionArn: `${stateMachineArn}:1` });
    const unpublished = await update(stateMachineArn, { definition: commented('newer') });
    expect(unpublished).not.toHaveProperty('stateMachineVersionArn');
    expect(unpublished.revisionId).not.toBe(first.revisionId);
  });

  test.each<[string, string, JsonObject, string]>([
    ['nothing to change', '', { publish: true }, 'MissingRequiredParameter'],
    ['a description of no version', '', { roleArn: ROLE, versionDescription: 'v' }, 'ValidationException'],
    ['a role that is no ARN', '', { roleArn: 'role' }, 'InvalidArn'],
    ['a definition that cannot run', '', { definition: '{}' }, 'InvalidDefinition'],
    ['the ARN of a version', ':1', { roleArn: ROLE }, 'StateMachineDoesNotExist'],
    ['the ARN of nothing', '0', { roleArn: ROLE }, 'StateMachineDoesNotExist'],
  ])('an update with %s is refused, and changes nothing', async (_, suffix, members, type) => {
    const stateMachineArn = await on.create('one', PASS, { publish: true });
    const before = await described(stateMachineArn);
    await expect(update(`${stateMachineArn}${suffix}`, members)).rejects.toMatchObject({ type });
    expect(await described(stateMachineArn)).toEqual(before);
  });

  test('an express machine is checked as one', async () => {
    const stateMachineArn = await on.create('express', PASS, { type: 'EXPRESS' });
    const Work = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: {},
      End: true,
    };
    const definition = JSON.stringify({ StartAt: 'Work', States: { Work } });
    await expect(update(stateMachineArn, { definition })).rejects.toMatchObject({ type: 'InvalidDefinition' });
  });
});

describe('DescribeStateMachine', () => {
  const Assigning = { Type: 'Pass', Assign: { x: 1 }, Next: 'Tell' };
  const USING = { StartAt: 'Set', States: { Set: Assigning, Tell: { Type: 'Pass', Output: '{% $x %}', End: true } } };

  test('the variables that its states read are told, and on request neither they nor the definition', async () => {
    const definition = { QueryLanguage: 'JSONata', ...USING };
    const stateMachineArn = await on.create('using', definition);
    const whole = await described(stateMachineArn, { includedData: 'ALL_DATA' });
    expect(whole).toMatchObject({ definition: JSON.stringify(definition), variableReferences: { Tell: ['x'] } });
    const { variableReferences: _, ...rest } = whole;
    expect(await described(stateMachineArn, { includedData: 'METADATA_ONLY' })).toEqual({ ...rest, definition: '' });
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn });
    const ofExecution = await on.call('DescribeStateMachineForExecution', { executionArn });
    expect(ofExecution).toMatchObject({ stateMachineArn, definition: JSON.stringify(definition), name: 'using' });
    const { variableReferences, ...short } = ofExecution;
    expect(variableReferences).toEqual({ Tell: ['x'] });
    const metadata = { executionArn, includedData: 'METADATA_ONLY' };
    expect(await on.call('DescribeStateMachineForExecution', metadata)).toEqual({ ...short, definition: '' });
  });

  test('a version is described with its own definition, date and description', async () => {
    const stateMachineArn = await on.create('one', PASS);
    const later = Date.now() + 60_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    await on.call('PublishStateMachineVersion', { stateMachineArn, description: 'first' });
    jest.restoreAllMocks();
    await update(stateMachineArn, { definition: commented('new') });
    const version = `${stateMachineArn}:1`;
    expect(await described(version)).toMatchObject({
      stateMachineArn: version,
      description: 'first',
      definition: JSON.stringify(PASS),
    });
    expect(await described(stateMachineArn)).not.toHaveProperty('description');
    const { stateMachineVersions } = await on.call('ListStateMachineVersions', { stateMachineArn });
    const [listed] = stateMachineVersions as readonly JsonObject[];
    expect((await described(version)).creationDate).toBe(listed?.creationDate);
    expect((await described(version)).creationDate).not.toBe((await described(stateMachineArn)).creationDate);
    await expect(described(`${stateMachineArn}:2`)).rejects.toMatchObject({ type: 'StateMachineDoesNotExist' });
  });
});

describe('DeleteStateMachine', () => {
  test('a state machine that is being deleted refuses all changes and starts until its last execution ends', async () => {
    const stateMachineArn = await on.create('one', WAIT, { publish: true, tags: [{ key: 'a', value: '1' }] });
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn });
    const other = await on.call('StartExecution', { stateMachineArn });
    await on.call('DeleteStateMachine', { stateMachineArn });
    await on.call('DeleteStateMachine', { stateMachineArn });
    expect(await described(stateMachineArn)).toMatchObject({ status: 'DELETING' });
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
    const refused: readonly [string, JsonObject][] = [
      ['CreateStateMachine', { name: 'one', definition: JSON.stringify(WAIT), roleArn: ROLE }],
      ['UpdateStateMachine', { stateMachineArn, roleArn: ROLE }],
      ['PublishStateMachineVersion', { stateMachineArn }],
      ['CreateStateMachineAlias', { name: 'live', routingConfiguration }],
      ['StartExecution', { stateMachineArn }],
      ['StartExecution', { stateMachineArn: `${stateMachineArn}:1` }],
    ];
    expect.assertions(refused.length + 5);
    for (const [action, body] of refused) {
      await expect(on.call(action, body)).rejects.toMatchObject({ type: 'StateMachineDeleting' });
    }
    await on.call('StopExecution', { executionArn });
    expect(await described(stateMachineArn)).toMatchObject({ status: 'DELETING' });
    await on.call('StopExecution', { executionArn: other.executionArn ?? '' });
    await expect(described(stateMachineArn)).rejects.toMatchObject({ type: 'StateMachineDoesNotExist' });
    const anew = await on.create('one', PASS);
    expect(await on.call('ListTagsForResource', { resourceArn: anew })).toEqual({ tags: [] });
    expect(await on.call('ListStateMachineVersions', { stateMachineArn: anew })).toEqual({ stateMachineVersions: [] });
  });

  test('one that does not exist counts as deleted, and others stay', async () => {
    await on.create('one', PASS);
    expect(await on.call('DeleteStateMachine', { stateMachineArn: `${ARN}:stateMachine:none` })).toEqual({});
    const wrong = on.call('DeleteStateMachine', { stateMachineArn: `${ARN}:activity:one` });
    await expect(wrong).rejects.toMatchObject({ type: 'InvalidArn' });
    expect((await on.call('ListStateMachines')).stateMachines).toHaveLength(1);
  });

  test('an express machine that is being deleted refuses StartSyncExecution', async () => {
    const stateMachineArn = await on.create('express', PASS, { type: 'EXPRESS' });
    await on.call('DeleteStateMachine', { stateMachineArn });
    const start = on.call('StartSyncExecution', { stateMachineArn });
    await expect(start).rejects.toMatchObject({ type: 'StateMachineDoesNotExist' });
  });
});

describe('ValidateStateMachineDefinition', () => {
  const doubtful = { Type: 'Pass', Parameters: { a: '$.x', b: '$.y' }, End: true };
  const validated = (definition: object, more: JsonObject = {}): Promise<JsonObject> =>
    on.call('ValidateStateMachineDefinition', { definition: JSON.stringify(definition), ...more });

  test('errors make the result FAIL, and no more of them are told than are asked for', async () => {
    const broken = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'X' }, B: { Type: 'Pass', Next: 'Y', End: 1 } } };
    const all = await validated(broken);
    const found = all.diagnostics as readonly JsonObject[];
    expect(all).toMatchObject({ result: 'FAIL', truncated: false });
    expect(found.length).toBeGreaterThan(1);
    expect(found[0]).toMatchObject({
      severity: 'ERROR',
      code: expect.any(String),
      message: expect.any(String),
      location: expect.any(String),
    });
    expect(await validated(broken, { maxResults: found.length })).toEqual(all);
    const fewer = await validated(broken, { maxResults: found.length - 1 });
    expect(fewer).toEqual({ result: 'FAIL', truncated: true, diagnostics: found.slice(0, -1) });
  });

  test('warnings are told on request, and make nothing FAIL', async () => {
    const machine = { StartAt: 'A', States: { A: doubtful } };
    expect(await validated(machine)).toEqual({ result: 'OK', diagnostics: [], truncated: false });
    expect(await validated(machine, { severity: 'ERROR' })).toMatchObject({ diagnostics: [] });
    const warned = await validated(machine, { severity: 'WARNING' });
    expect(warned).toMatchObject({ result: 'OK', diagnostics: [{ severity: 'WARNING' }, { severity: 'WARNING' }] });
    expect(await validated(machine, { severity: 'WARNING', maxResults: 1 })).toMatchObject({ truncated: true });
    const broken = { StartAt: 'A', States: { A: doubtful, B: { Type: 'No' } } };
    expect(await validated(broken, { severity: 'WARNING', maxResults: 0 })).toMatchObject({ result: 'FAIL' });
  });

  test('a definition that can run is OK, an express one by the rules of express machines', async () => {
    const Work = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: {},
      End: true,
    };
    const definition = JSON.stringify({ StartAt: 'Work', States: { Work } });
    const fine = { result: 'OK', diagnostics: [], truncated: false };
    expect(await on.call('ValidateStateMachineDefinition', { definition: JSON.stringify(PASS) })).toEqual(fine);
    expect(await on.call('ValidateStateMachineDefinition', { definition })).toMatchObject({ result: 'OK' });
    const express = await on.call('ValidateStateMachineDefinition', { definition, type: 'EXPRESS' });
    expect(express).toMatchObject({ result: 'FAIL' });
  });
});
