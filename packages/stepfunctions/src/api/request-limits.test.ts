import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const STATES = 'arn:aws:states:us-east-1:000000000000';
const MACHINE = `${STATES}:stateMachine:none`;
const EXECUTION = `${STATES}:execution:none:none`;
const MAP_RUN = `${STATES}:mapRun:none/none:none`;
const ROUTE = { stateMachineVersionArn: `${MACHINE}:1`, weight: 100 };

const on = withTestEngine({}, 'file');

function x(length: number): string {
  return 'x'.repeat(length);
}

function least(length: number): string {
  return `have length greater than or equal to ${length}`;
}

function most(length: number): string {
  return `have length less than or equal to ${length}`;
}

function from(value: number): string {
  return `have value greater than or equal to ${value}`;
}

function upTo(value: number): string {
  return `have value less than or equal to ${value}`;
}

function oneOf(...values: readonly string[]): string {
  return `satisfy enum value set: [${values.join(', ')}]`;
}

function creation(more: JsonObject): JsonObject {
  return { name: 'none', roleArn: 'arn:aws:iam::000000000000:role/r', definition: '{}', ...more };
}

function logging(level: JsonObject): JsonObject {
  return creation({ loggingConfiguration: level });
}

function encryption(more: JsonObject): JsonObject {
  return { name: 'none', encryptionConfiguration: { type: 'AWS_OWNED_KEY', ...more } };
}

function routing(routingConfiguration: readonly JsonObject[], name = 'live'): JsonObject {
  return { name, routingConfiguration };
}

function state(more: JsonObject): JsonObject {
  return { definition: '{"Type":"Succeed"}', ...more };
}

/** An action, the place of a member, what the member must be, and a request in which it is not. */
type Refused = readonly [action: string, place: string, constraint: string, request: JsonObject];

describe('a request with a member that breaks a limit', () => {
  test.each<Refused>([
    ['DescribeStateMachine', 'stateMachineArn', least(1), { stateMachineArn: '' }],
    ['DescribeStateMachine', 'stateMachineArn', most(256), { stateMachineArn: x(257) }],
    ['DescribeExecution', 'executionArn', most(256), { executionArn: x(257) }],
    ['ListExecutions', 'mapRunArn', least(1), { mapRunArn: '' }],
    ['DescribeMapRun', 'mapRunArn', most(2_000), { mapRunArn: x(2_001) }],
    ['CreateActivity', 'name', least(1), { name: '' }],
    ['CreateStateMachine', 'name', most(80), creation({ name: x(81) })],
    ['StartExecution', 'name', least(1), { stateMachineArn: MACHINE, name: '' }],
    ['StartSyncExecution', 'name', most(80), { stateMachineArn: MACHINE, name: x(81) }],
    ['GetActivityTask', 'workerName', most(80), { activityArn: `${STATES}:activity:none`, workerName: x(81) }],
    ['CreateStateMachine', 'type', oneOf('STANDARD', 'EXPRESS'), creation({ type: 'FAST' })],
    [
      'DescribeExecution',
      'includedData',
      oneOf('METADATA_ONLY', 'ALL_DATA'),
      { executionArn: EXECUTION, includedData: 'SOME' },
    ],
    ['TagResource', 'tags.1.member.key', least(1), { resourceArn: MACHINE, tags: [{ key: '' }] }],
    ['TagResource', 'tags.1.member.key', most(128), { resourceArn: MACHINE, tags: [{ key: x(129) }] }],
    [
      'CreateActivity',
      'tags.2.member.value',
      most(256),
      { name: 'a', tags: [{ key: 'a' }, { key: 'b', value: x(257) }] },
    ],
    ['UntagResource', 'tagKeys.1.member', least(1), { resourceArn: MACHINE, tagKeys: [''] }],
    ['UntagResource', 'tagKeys.2.member', most(128), { resourceArn: MACHINE, tagKeys: ['a', x(129)] }],
    [
      'CreateStateMachine',
      'loggingConfiguration.level',
      oneOf('ALL', 'ERROR', 'OFF', 'FATAL'),
      logging({ level: 'SOME' }),
    ],
    [
      'CreateStateMachine',
      'loggingConfiguration.destinations.1.member.cloudWatchLogsLogGroup.logGroupArn',
      most(256),
      logging({ destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: x(257) } }] }),
    ],
    [
      'CreateActivity',
      'encryptionConfiguration.type',
      oneOf('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY'),
      encryption({ type: 'NONE' }),
    ],
    ['CreateActivity', 'encryptionConfiguration.kmsKeyId', least(1), encryption({ kmsKeyId: '' })],
    ['CreateActivity', 'encryptionConfiguration.kmsKeyId', most(2_048), encryption({ kmsKeyId: x(2_049) })],
    [
      'CreateActivity',
      'encryptionConfiguration.kmsDataKeyReusePeriodSeconds',
      from(60),
      encryption({ kmsDataKeyReusePeriodSeconds: 59 }),
    ],
    [
      'CreateActivity',
      'encryptionConfiguration.kmsDataKeyReusePeriodSeconds',
      upTo(900),
      encryption({ kmsDataKeyReusePeriodSeconds: 901 }),
    ],
    ['CreateStateMachineAlias', 'name', most(80), routing([ROUTE], x(81))],
    ['CreateStateMachineAlias', 'routingConfiguration.1.member.weight', from(0), routing([{ ...ROUTE, weight: -1 }])],
    [
      'CreateStateMachineAlias',
      'routingConfiguration.2.member.weight',
      upTo(100),
      routing([ROUTE, { ...ROUTE, weight: 101 }]),
    ],
    ['ListActivities', 'maxResults', from(0), { maxResults: -1 }],
    ['ListStateMachines', 'maxResults', upTo(1_000), { maxResults: 1_001 }],
    ['ListStateMachines', 'nextToken', least(1), { nextToken: '' }],
    ['ListActivities', 'nextToken', most(1_024), { nextToken: x(1_025) }],
    ['ListExecutions', 'nextToken', least(1), { stateMachineArn: MACHINE, nextToken: '' }],
    ['ListExecutions', 'nextToken', most(3_096), { stateMachineArn: MACHINE, nextToken: x(3_097) }],
    [
      'ListExecutions',
      'statusFilter',
      oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'),
      { stateMachineArn: MACHINE, statusFilter: 'DONE' },
    ],
    [
      'ListExecutions',
      'redriveFilter',
      oneOf('REDRIVEN', 'NOT_REDRIVEN'),
      { stateMachineArn: MACHINE, redriveFilter: 'ALL' },
    ],
    ['RedriveExecution', 'clientToken', most(64), { executionArn: EXECUTION, clientToken: x(65) }],
    ['SendTaskHeartbeat', 'taskToken', least(1), { taskToken: '' }],
    ['SendTaskFailure', 'taskToken', most(2_048), { taskToken: x(2_049) }],
    ['UpdateMapRun', 'maxConcurrency', from(0), { mapRunArn: MAP_RUN, maxConcurrency: -1 }],
    ['UpdateMapRun', 'toleratedFailureCount', from(0), { mapRunArn: MAP_RUN, toleratedFailureCount: -1 }],
    ['UpdateMapRun', 'toleratedFailurePercentage', from(0), { mapRunArn: MAP_RUN, toleratedFailurePercentage: -0.5 }],
    [
      'UpdateMapRun',
      'toleratedFailurePercentage',
      upTo(100),
      { mapRunArn: MAP_RUN, toleratedFailurePercentage: 100.5 },
    ],
    ['ValidateStateMachineDefinition', 'severity', oneOf('ERROR', 'WARNING'), { definition: '{}', severity: 'INFO' }],
    ['ValidateStateMachineDefinition', 'maxResults', from(0), { definition: '{}', maxResults: -1 }],
    ['ValidateStateMachineDefinition', 'maxResults', upTo(100), { definition: '{}', maxResults: 101 }],
    ['TestState', 'inspectionLevel', oneOf('INFO', 'DEBUG', 'TRACE'), state({ inspectionLevel: 'ALL' })],
    ['TestState', 'stateName', least(1), state({ stateName: '' })],
    ['TestState', 'stateName', most(80), state({ stateName: x(81) })],
    [
      'TestState',
      'mock.fieldValidationMode',
      oneOf('STRICT', 'PRESENT', 'NONE'),
      state({ mock: { fieldValidationMode: 'SOME' } }),
    ],
    [
      'TestState',
      'stateConfiguration.retrierRetryCount',
      from(0),
      state({ stateConfiguration: { retrierRetryCount: -1 } }),
    ],
    [
      'TestState',
      'stateConfiguration.mapIterationFailureCount',
      from(0),
      state({ stateConfiguration: { mapIterationFailureCount: -1 } }),
    ],
    [
      'TestState',
      'stateConfiguration.errorCausedByState',
      least(1),
      state({ stateConfiguration: { errorCausedByState: '' } }),
    ],
    [
      'TestState',
      'stateConfiguration.errorCausedByState',
      most(80),
      state({ stateConfiguration: { errorCausedByState: x(81) } }),
    ],
  ])('%s tells the value of %s, which must %s', async (action, place, constraint, request) => {
    const value = place.split('.').reduce((within: unknown, part) => inside(within, part), request);
    await expect(on.call(action, request)).rejects.toMatchObject({
      type: 'ValidationException',
      message: `1 validation error detected: Value '${value}' at '${place}' failed to satisfy constraint: Member must ${constraint}`,
    });
  });

  test.each<Refused>([
    ['CreateStateMachine', 'definition', least(1), creation({ definition: '' })],
    ['UpdateStateMachine', 'definition', most(1_048_576), { stateMachineArn: MACHINE, definition: x(1_048_577) }],
    ['PublishStateMachineVersion', 'description', most(256), { stateMachineArn: MACHINE, description: x(257) }],
    ['CreateStateMachineAlias', 'description', most(256), { ...routing([ROUTE]), description: x(257) }],
    ['StartExecution', 'input', most(262_144), { stateMachineArn: MACHINE, input: x(262_145) }],
    ['SendTaskSuccess', 'output', most(262_144), { taskToken: 't', output: x(262_145) }],
    ['StopExecution', 'error', most(256), { executionArn: EXECUTION, error: x(257) }],
    ['SendTaskFailure', 'cause', most(32_768), { taskToken: 't', cause: x(32_769) }],
    ['TestState', 'mock.result', most(262_144), state({ mock: { result: x(262_145) } })],
    ['TestState', 'mock.errorOutput.error', most(256), state({ mock: { errorOutput: { error: x(257) } } })],
    ['TestState', 'mock.errorOutput.cause', most(32_768), state({ mock: { errorOutput: { cause: x(32_769) } } })],
    ['TestState', 'context', most(262_144), state({ context: x(262_145) })],
    [
      'TestState',
      'stateConfiguration.mapItemReaderData',
      most(262_144),
      state({ stateConfiguration: { mapItemReaderData: x(262_145) } }),
    ],
  ])('%s keeps the value of %s to itself, which must %s', async (action, place, constraint, request) => {
    await expect(on.call(action, request)).rejects.toMatchObject({
      type: 'ValidationException',
      message: `1 validation error detected: Value at '${place}' failed to satisfy constraint: Member must ${constraint}`,
    });
  });

  test.each<[number, string, readonly JsonObject[]]>([
    [0, least(1), []],
    [3, most(2), [ROUTE, ROUTE, ROUTE]],
  ])('an alias is not created with %d routes: it must %s', async (_, constraint, routes) => {
    const route = `RoutingConfigurationListItem(stateMachineVersionArn=${MACHINE}:1, weight=100)`;
    const shown = routes.map(() => route).join(', ');
    await expect(on.call('CreateStateMachineAlias', routing(routes))).rejects.toMatchObject({
      message: `1 validation error detected: Value '[${shown}]' at 'routingConfiguration' failed to satisfy constraint: Member must ${constraint}`,
    });
  });

  test.each(['7', 'a b', ' a', 'a ', 'a:b', 'ä'])('an alias is not named %j', async (name) => {
    const pattern = String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`;
    await expect(on.call('CreateStateMachineAlias', routing([ROUTE], name))).rejects.toMatchObject({
      message: `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    });
  });

  test.each(['é=1', 'Root=é', 'é'])('an execution is not traced with %j', async (traceHeader) => {
    const actions = ['StartExecution', 'StartSyncExecution'];
    expect.assertions(actions.length);
    for (const action of actions) {
      await expect(on.call(action, { stateMachineArn: MACHINE, traceHeader })).rejects.toMatchObject({
        type: 'ValidationException',
        message: expect.stringContaining(`Value '${traceHeader}' at 'traceHeader' failed to satisfy constraint`),
      });
    }
  });
});

describe('a request whose members are as long or as large as they may be', () => {
  test.each<[string, JsonObject, string]>([
    ['DescribeStateMachine', { stateMachineArn: MACHINE.padEnd(256, 'x') }, 'StateMachineDoesNotExist'],
    ['DescribeStateMachine', { stateMachineArn: 'x' }, 'InvalidArn'],
    ['DescribeMapRun', { mapRunArn: MAP_RUN.padEnd(2_000, 'x') }, 'ResourceNotFound'],
    ['CreateStateMachine', creation({ definition: ' '.repeat(1_048_576) }), 'InvalidDefinition'],
    ['CreateStateMachine', creation({ definition: ' ' }), 'InvalidDefinition'],
    ['PublishStateMachineVersion', { stateMachineArn: MACHINE, description: x(256) }, 'StateMachineDoesNotExist'],
    ['StartExecution', { stateMachineArn: MACHINE, name: 'x', traceHeader: x(256) }, 'StateMachineDoesNotExist'],
    ['StopExecution', { executionArn: EXECUTION, error: x(256), cause: x(32_768) }, 'ExecutionDoesNotExist'],
    ['SendTaskFailure', { taskToken: x(2_048), error: '', cause: '' }, 'InvalidToken'],
    ['RedriveExecution', { executionArn: EXECUTION, clientToken: `!${x(62)}~` }, 'ExecutionDoesNotExist'],
    ['TagResource', { resourceArn: MACHINE, tags: [{ key: x(128), value: x(256) }] }, 'ResourceNotFound'],
    ['TagResource', { resourceArn: MACHINE, tags: [{ key: 'x', value: '' }] }, 'ResourceNotFound'],
    ['UntagResource', { resourceArn: MACHINE, tagKeys: ['x', x(128)] }, 'ResourceNotFound'],
    ['ListStateMachines', { maxResults: 1_000, nextToken: x(1_024) }, 'InvalidToken'],
    ['ListActivities', { maxResults: 0, nextToken: 'x' }, 'InvalidToken'],
    ['CreateStateMachineAlias', routing([ROUTE], x(80)), 'ResourceNotFound'],
    [
      'CreateActivity',
      encryption({ type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: x(2_048), kmsDataKeyReusePeriodSeconds: 900 }),
      'InvalidEncryptionConfiguration',
    ],
    [
      'UpdateMapRun',
      { mapRunArn: MAP_RUN, maxConcurrency: 0, toleratedFailureCount: 0, toleratedFailurePercentage: 100 },
      'ResourceNotFound',
    ],
  ])('%s is not refused for its limits', async (action, request, type) => {
    await expect(on.call(action, request)).rejects.toMatchObject({ type });
  });
});

/** What stands in a value under a name, or in a list under its number, which counts from 1. */
function inside(within: unknown, part: string): unknown {
  if (Array.isArray(within)) {
    return part === 'member' ? within : within[Number(part) - 1];
  }
  return part === 'member' ? within : (within as JsonObject)[part];
}
