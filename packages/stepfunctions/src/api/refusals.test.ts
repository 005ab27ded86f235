import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const STATES = 'arn:aws:states:us-east-1:000000000000';
const MACHINE = `${STATES}:stateMachine:machine`;
const OTHER = `${STATES}:stateMachine:other`;
const EXPRESS = `${STATES}:stateMachine:express`;
const LEAVING = `${STATES}:stateMachine:leaving`;
const NUMBERED = `${STATES}:stateMachine:7`;
const ROLE = 'arn:aws:iam::000000000000:role/test';
const WAIT = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const KEY = { type: 'CUSTOMER_MANAGED_KMS_KEY' };

const on = withTestEngine({}, 'file');

/** A machine with two versions and two aliases, others beside it, and one that only finishes its last execution. */
beforeAll(async () => {
  await on.create('machine', WAIT, { publish: true });
  await on.call('UpdateStateMachine', {
    stateMachineArn: MACHINE,
    definition: JSON.stringify({ ...WAIT, Comment: 'second' }),
    publish: true,
  });
  await on.call('CreateStateMachineAlias', alias('both', [':1', 40], [':2', 60]));
  await on.call('CreateStateMachineAlias', alias('live', [':1', 100]));
  await on.create('other', WAIT, { publish: true });
  await on.create('express', WAIT, { type: 'EXPRESS' });
  await on.create('7', WAIT);
  await on.create('leaving', WAIT);
  await on.call('StartExecution', { stateMachineArn: LEAVING });
  await on.call('DeleteStateMachine', { stateMachineArn: LEAVING });
});

/** The creation of an alias with routes to versions of the machine, or to whole ARNs. */
function alias(name: string, ...routes: readonly (readonly [string, number])[]): JsonObject {
  const routingConfiguration = routes.map(([version, weight]) => ({
    stateMachineVersionArn: version.startsWith(':') ? `${MACHINE}${version}` : version,
    weight,
  }));
  return { name, routingConfiguration };
}

function creation(more: JsonObject): JsonObject {
  return { name: 'new', roleArn: ROLE, definition: JSON.stringify(WAIT), ...more };
}

function update(more: JsonObject): JsonObject {
  return { stateMachineArn: MACHINE, ...more };
}

describe('a refusal', () => {
  test.each<[string, string, JsonObject, string, string]>([
    [
      'CreateStateMachine',
      'describes a version that it does not publish',
      creation({ versionDescription: 'v' }),
      'ValidationException',
      'Version description can only be set when publish is true',
    ],
    [
      'UpdateStateMachine',
      'describes a version that it does not publish',
      update({ roleArn: ROLE, versionDescription: 'v' }),
      'ValidationException',
      'Version description can only be set when publish is true',
    ],
    [
      'UpdateStateMachine',
      'changes nothing',
      update({}),
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    ],
    [
      'CreateStateMachine',
      'has half an ARN as its role',
      creation({ roleArn: 'arn:aws:iam::000000000000' }),
      'InvalidArn',
      "Invalid Arn: 'Invalid ARN format: arn:aws:iam::000000000000'",
    ],
    ...[
      ['CreateStateMachine', creation({ encryptionConfiguration: KEY })] as const,
      ['UpdateStateMachine', update({ encryptionConfiguration: KEY })] as const,
      ['CreateActivity', { name: 'new', encryptionConfiguration: KEY }] as const,
    ].map(([action, request]): [string, string, JsonObject, string, string] => [
      action,
      'has a key of its own',
      request,
      'InvalidEncryptionConfiguration',
      "Invalid Encryption Configuration: 'This endpoint has no KMS: leave encryptionConfiguration out or use AWS_OWNED_KEY.'",
    ]),
    [
      'CreateStateMachineAlias',
      'has the name of an alias with another route',
      alias('live', [':2', 100]),
      'ConflictException',
      'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
    ],
    [
      'CreateStateMachineAlias',
      'has one version twice',
      alias('new', [':1', 50], [':1', 50]),
      'ValidationException',
      `Routing configuration must contain distinct state machine version ARNs. Received: [${MACHINE}:1, ${MACHINE}:1]`,
    ],
    [
      'CreateStateMachineAlias',
      'has an alias beside a version',
      alias('new', [':1', 50], [':live', 50]),
      'ValidationException',
      `Routing configuration must contain state machine version ARNs. Received: [${MACHINE}:1, ${MACHINE}:live]`,
    ],
    [
      'CreateStateMachineAlias',
      'has versions of two state machines',
      alias('new', [':1', 50], [`${OTHER}:1`, 50]),
      'ValidationException',
      `Routing configuration must contain versions of the same state machine. Received: [${MACHINE}:1, ${OTHER}:1]`,
    ],
    [
      'CreateStateMachineAlias',
      'routes to what is no ARN',
      alias('new', ['machine:1', 100]),
      'InvalidArn',
      "Invalid Arn: 'Invalid ARN prefix: machine:1'",
    ],
    [
      'CreateStateMachineAlias',
      'routes to an execution',
      alias('new', [`${STATES}:execution:machine:1`, 100]),
      'InvalidArn',
      "Invalid Arn: 'Resource type not valid in this context: execution'",
    ],
    [
      'DescribeStateMachineAlias',
      'has the ARN of a version with two digits',
      { stateMachineAliasArn: `${MACHINE}:12` },
      'ValidationException',
      `The ARN '${MACHINE}:12' names no state machine alias.`,
    ],
    [
      'DeleteStateMachineVersion',
      'has the ARN of an alias',
      { stateMachineVersionArn: `${MACHINE}:live` },
      'ValidationException',
      `The ARN '${MACHINE}:live' names no state machine version: it must end in a version number.`,
    ],
    [
      'DeleteStateMachineVersion',
      'has the ARN of a state machine with a number as its name',
      { stateMachineVersionArn: NUMBERED },
      'ValidationException',
      `The ARN '${NUMBERED}' names no state machine version: it must end in a version number.`,
    ],
    [
      'DeleteStateMachineVersion',
      'has a version to which two aliases route',
      { stateMachineVersionArn: `${MACHINE}:1` },
      'ConflictException',
      'Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [both, live]',
    ],
    [
      'DeleteStateMachineVersion',
      'has a version to which an alias routes second',
      { stateMachineVersionArn: `${MACHINE}:2` },
      'ConflictException',
      'Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [both]',
    ],
    [
      'PublishStateMachineVersion',
      'has another revision than the first',
      { stateMachineArn: OTHER, revisionId: 'r' },
      'ConflictException',
      'Failed to publish the State Machine version for revision r. The current State Machine revision is INITIAL.',
    ],
    [
      'ListExecutions',
      'has a state machine and a map run',
      { stateMachineArn: MACHINE, mapRunArn: `${STATES}:mapRun:machine/map:id` },
      'ValidationException',
      '1 validation error detected: Must provide either a StateMachine ARN or a MapRun ARN',
    ],
    [
      'ListExecutions',
      'has an express state machine',
      { stateMachineArn: EXPRESS },
      'StateMachineTypeNotSupported',
      'This operation is not supported by this type of state machine',
    ],
    [
      'StartSyncExecution',
      'has a standard state machine',
      { stateMachineArn: MACHINE },
      'StateMachineTypeNotSupported',
      'This operation is not supported by this type of state machine',
    ],
    [
      'StartSyncExecution',
      'has a state machine that is being deleted',
      { stateMachineArn: LEAVING },
      'StateMachineDeleting',
      `State Machine is being deleted: '${LEAVING}'`,
    ],
    ...[':01', ':1.0', ':1e0', ':0', ':3', ':none', '#Case'].map(
      (end): [string, string, JsonObject, string, string] => [
        'StartExecution',
        `has the ARN of a state machine, but behind it ${end}`,
        { stateMachineArn: `${MACHINE}${end}` },
        'StateMachineDoesNotExist',
        `State Machine Does Not Exist: '${MACHINE}${end}'`,
      ],
    ),
  ])('%s is refused in the words of the API where it %s', async (action, _, request, type, message) => {
    await expect(on.call(action, request)).rejects.toMatchObject({ type, message, status: 400 });
  });
});
