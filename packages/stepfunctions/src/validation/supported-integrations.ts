/** How a service may be called: nothing after its name, or one of the suffixes. */
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

/** What a Task state may call beside Lambda functions and activities by their own ARN: what follows `arn:aws:states:::`. */
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

/** The same for people. */
export const SUPPORTED_INTEGRATIONS_TEXT =
  'Lambda functions and activities by their ARN, lambda:invoke, dynamodb:getItem, dynamodb:putItem, ' +
  'dynamodb:updateItem, dynamodb:deleteItem, states:startExecution, aws-sdk:dynamodb:* and aws-sdk:sfn:*';

/** Services that AWS integrates and this engine does not. */
export const otherIntegratedServices: ReadonlySet<string> = new Set(
  `apigateway athena batch bedrock codebuild databrew ecs eks elasticmapreduce emr-containers emr-serverless events
  glue http mediaconvert sagemaker sns sqs s3`.split(/\s+/),
);
