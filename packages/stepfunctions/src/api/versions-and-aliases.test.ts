import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestServer } from '../testing/fixtures.ts';

const server = withTestServer({}, 'test');

function passing(result: number): JsonObject {
  return {
    StartAt: 'A',
    States: { A: { Type: 'Pass', Result: result, End: true } },
  };
}
function update(stateMachineArn: string, result: number, more: JsonObject = {}): Promise<JsonObject> {
  return server.call('UpdateStateMachine', { stateMachineArn, definition: JSON.stringify(passing(result)), ...more });
}
async function outputOf(arn: string): Promise<unknown> {
  return (await server.end(await server.start(arn))).output;
}
async function versionsOf(stateMachineArn: string): Promise<unknown> {
  const { stateMachineVersions } = await server.call('ListStateMachineVersions', { stateMachineArn });
  return (stateMachineVersions as readonly JsonObject[]).map((version) => version.stateMachineVersionArn);
}

describe('a version', () => {
  test('a version keeps the definition it was published with, and an unchanged revision is published once', async () => {
    const arn = await server.create('m', passing(1), { publish: true });
    await server.call('PublishStateMachineVersion', { stateMachineArn: arn });
    await update(arn, 2);
    expect([await outputOf(`${arn}:1`), await outputOf(arn)]).toEqual(['1', '2']);
    expect(await versionsOf(arn)).toEqual([`${arn}:1`]);
    await update(arn, 3, { publish: true });
    expect(await versionsOf(arn)).toEqual([`${arn}:2`, `${arn}:1`]);
  });

  test('a version number is never used twice', async () => {
    const arn = await server.create('m', passing(1), { publish: true });
    await server.call('DeleteStateMachineVersion', { stateMachineVersionArn: `${arn}:1` });
    await server.call('PublishStateMachineVersion', { stateMachineArn: arn });
    expect(await versionsOf(arn)).toEqual([`${arn}:2`]);
    await expect(server.start(`${arn}:1`)).rejects.toMatchObject({ type: 'StateMachineDoesNotExist' });
  });

  test('a version is not published from a revision that another update has replaced', async () => {
    const stateMachineArn = await server.create('m', passing(1));
    const { revisionId } = await update(stateMachineArn, 2);
    await update(stateMachineArn, 3);
    const publish = { stateMachineArn, revisionId: revisionId ?? '' };
    await expect(server.call('PublishStateMachineVersion', publish)).rejects.toMatchObject({
      type: 'ConflictException',
    });
  });
});

describe('an alias', () => {
  const alias = (arn: string, routes: readonly (readonly [number, number])[]): Promise<JsonObject> =>
    server.call('CreateStateMachineAlias', {
      name: 'live',
      routingConfiguration: routes.map(([version, weight]) => ({
        stateMachineVersionArn: `${arn}:${version}`,
        weight,
      })),
    });

  test('an alias routes executions to its versions by weight, and the execution names both', async () => {
    const arn = await server.create('m', passing(1), { publish: true });
    await update(arn, 2, { publish: true });
    const { stateMachineAliasArn } = await alias(arn, [
      [1, 0],
      [2, 100],
    ]);
    const execution = await server.end(await server.start(String(stateMachineAliasArn)));
    expect(execution).toMatchObject({ output: '2', stateMachineVersionArn: `${arn}:2`, stateMachineAliasArn });
    const listed = await server.call('ListExecutions', { stateMachineArn: `${arn}:2` });
    expect(listed.executions).toHaveLength(1);
    expect((await server.call('ListExecutions', { stateMachineArn: `${arn}:1` })).executions).toEqual([]);
  });

  test('a version cannot be deleted while an alias routes to it', async () => {
    const arn = await server.create('m', passing(1), { publish: true });
    await alias(arn, [[1, 100]]);
    await expect(
      server.call('DeleteStateMachineVersion', { stateMachineVersionArn: `${arn}:1` }),
    ).rejects.toMatchObject({ type: 'ConflictException', message: expect.stringContaining('[live]') });
  });

  test.each<[string, readonly (readonly [number, number])[], string]>([
    ['weights that are not 100 together', [[1, 99]], 'Sum of routing configuration weights must equal 100'],
    [
      'one version twice',
      [
        [1, 50],
        [1, 50],
      ],
      'must contain distinct state machine version ARNs',
    ],
    ['a version that does not exist', [[7, 100]], 'Resource not found'],
  ])('an alias is refused for %s', async (_what, routes, message) => {
    const arn = await server.create('m', passing(1), { publish: true });
    await expect(alias(arn, routes)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});
