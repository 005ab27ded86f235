import { serviceKey } from '../service-models/client-package.ts';
import type { FieldSubject } from './field.ts';

/** AWS takes any word as the region and the account, such as a placeholder's. */
const LAMBDA_FUNCTION = /^arn:aws[a-z-]*:lambda:[\w-]+:[\w-]+:function:[A-Za-z0-9_-]+(?::[A-Za-z0-9$_-]+)?$/;
const ACTIVITY = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:activity:.+$/;
const INTEGRATION = /^arn:aws[a-z-]*:states:[a-z0-9-]*:[0-9]*:(?<action>[^.]+)(?<pattern>\..+)?$/;

const JOB_OR_CALLBACK = /^\.(?:sync(?::2)?|waitForTaskToken)$/;

/** Checks the `Resource` of a Task state. */
export function checkResource(subject: FieldSubject): void {
  const { value, location, machineType, findings, forwarded } = subject;
  if (typeof value !== 'string') {
    findings.schema('Expected value of type String', location);
    return;
  }
  if (LAMBDA_FUNCTION.test(value)) {
    return;
  }
  if (ACTIVITY.test(value)) {
    if (machineType === 'EXPRESS') {
      findings.schema('Express state machine does not support Activity ARN', location);
    }
    return;
  }
  const { action = '', pattern = '' } = INTEGRATION.exec(value)?.groups ?? {};
  if (machineType === 'EXPRESS' && JOB_OR_CALLBACK.test(pattern) && isIntegrated(action)) {
    // The blank at the end is AWS's.
    findings.schema(`Express state machine does not support '${pattern}' service integration `, location);
    return;
  }
  const patterns: readonly string[] | undefined =
    supportedIntegrations.get(action) ?? forwardedPatterns(action, forwarded);
  if (patterns === undefined || !patterns.includes(pattern)) {
    refuse(value, action, subject);
  }
}

/** How tasks may call an action of a service that has an endpoint. */
function forwardedPatterns(action: string, forwarded: ReadonlySet<string>): readonly CallPattern[] | undefined {
  return canBeForwarded(action) && forwarded.has(serviceKey(serviceOf(action))) ? PLAIN_OR_CALLBACK : undefined;
}

function canBeForwarded(action: string): boolean {
  return forwardableActions.has(action) || /^aws-sdk:[a-z0-9]+:[A-Za-z0-9]+$/.test(action);
}

/** The service of an action such as `sns:publish` or `aws-sdk:sns:publish`. */
function serviceOf(action: string): string {
  const [first = '', second = ''] = action.split(':');
  return first === 'aws-sdk' ? second : first;
}

/** AWS integrates more services than this engine. Those are refused in a message of our own. */
function refuse(resource: string, action: string, { location, findings, forwarded }: FieldSubject): void {
  const patterns = supportedIntegrations.get(action) ?? forwardedPatterns(action, forwarded);
  if (isIntegrated(action) && patterns === undefined) {
    const advice = canBeForwarded(action)
      ? `Start it with --endpoint ${serviceOf(action)}=URL to call the service there, or give a mock file (--mock-config) that answers for it.`
      : 'A mock file (--mock-config) can answer for others.';
    findings.error(
      'UNSUPPORTED_SERVICE_INTEGRATION',
      `The resource provided ${resource} is a service integration that this engine does not run. It runs ${SUPPORTED_INTEGRATIONS_TEXT}. ${advice}`,
      location,
    );
  } else if (!resource.startsWith('arn:')) {
    findings.schema('Value is not a valid resource ARN', location);
  } else {
    findings.schema(
      `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
      location,
    );
  }
}

/** Whether AWS integrates the service of an action, on this engine or not. */
function isIntegrated(action: string): boolean {
  const [service = '', , call] = action.split(':');
  return (
    supportedIntegrations.has(action) ||
    (service === 'aws-sdk' ? call !== undefined : otherIntegratedServices.has(service))
  );
}

/** The integration pattern: no suffix, or one of these. */
export type CallPattern = '' | '.sync' | '.sync:2' | '.waitForTaskToken';

const dynamoDbActions = `batchExecuteStatement batchGetItem batchWriteItem createTable deleteItem deleteTable
  describeTable describeTimeToLive executeStatement executeTransaction getItem listTables putItem query scan
  transactGetItems transactWriteItems updateItem updateTable updateTimeToLive`.split(/\s+/);

const stepFunctionsActions = `createActivity createStateMachine createStateMachineAlias deleteActivity
  deleteStateMachine deleteStateMachineAlias deleteStateMachineVersion describeActivity describeExecution describeMapRun
  describeStateMachine describeStateMachineAlias describeStateMachineForExecution getExecutionHistory listActivities
  listExecutions listMapRuns listStateMachineAliases listStateMachineVersions listStateMachines listTagsForResource
  publishStateMachineVersion redriveExecution sendTaskFailure sendTaskHeartbeat sendTaskSuccess startExecution
  startSyncExecution stopExecution tagResource untagResource updateMapRun updateStateMachine updateStateMachineAlias
  validateStateMachineDefinition`.split(/\s+/);

const PLAIN: readonly CallPattern[] = [''];
const PLAIN_OR_CALLBACK: readonly CallPattern[] = ['', '.waitForTaskToken'];

function sdk(service: string, actions: readonly string[]): readonly (readonly [string, readonly CallPattern[]])[] {
  return actions.map((action) => [`aws-sdk:${service}:${action}`, PLAIN_OR_CALLBACK] as const);
}

/**
 * The integrations of a Task state, by the part after `arn:aws:states:::`. Lambda functions and activities have ARNs of
 * their own.
 */
export const supportedIntegrations: ReadonlyMap<string, readonly CallPattern[]> = new Map([
  ['lambda:invoke', PLAIN_OR_CALLBACK],
  ['dynamodb:getItem', PLAIN],
  ['dynamodb:putItem', PLAIN],
  ['dynamodb:updateItem', PLAIN],
  ['dynamodb:deleteItem', PLAIN],
  ['states:startExecution', ['', '.sync', '.sync:2', '.waitForTaskToken']],
  ...sdk('dynamodb', dynamoDbActions),
  ...sdk('sfn', stepFunctionsActions),
]);

/** The optimized integrations of services that have an endpoint. Their SDK integrations are all taken. */
const forwardableActions: ReadonlySet<string> = new Set(['events:putEvents', 'sns:publish', 'sqs:sendMessage']);

/** The supported integrations as a sentence for error messages. */
export const SUPPORTED_INTEGRATIONS_TEXT =
  'Lambda functions and activities by their ARN, lambda:invoke, dynamodb:getItem, dynamodb:putItem, ' +
  'dynamodb:updateItem, dynamodb:deleteItem, states:startExecution, aws-sdk:dynamodb:* and aws-sdk:sfn:*';

/** The services that AWS integrates and this engine does not. */
export const otherIntegratedServices: ReadonlySet<string> = new Set(
  `apigateway athena batch bedrock codebuild databrew ecs eks elasticmapreduce emr-containers emr-serverless events
  glue http mediaconvert sagemaker sns sqs s3`.split(/\s+/),
);
