/**
 * One IAM role for each Lambda function, with the permissions that the function needs. The roles are plain CloudFormation, made
 * from a table. osls itself has only roles of the whole service. The plugin that adds `iamRoleStatements` to functions has had
 * no release since 2021, and rewrites the template of osls.
 */
const ordersTable = { 'Fn::GetAtt': ['OrdersTable', 'Arn'] };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const startPendingIndex = { 'Fn::Sub': '${OrdersTable.Arn}/index/start-pending' };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const byStatusIndex = { 'Fn::Sub': '${OrdersTable.Arn}/index/by-status' };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const byOwnerIndex = { 'Fn::Sub': '${OrdersTable.Arn}/index/by-owner' };
const statisticsTable = { 'Fn::GetAtt': ['OrderStatisticsTable', 'Arn'] };
const ordersStream = { 'Fn::GetAtt': ['OrdersTable', 'StreamArn'] };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const sagaDueIndex = { 'Fn::Sub': '${OrdersTable.Arn}/index/saga-due' };
const orderSaga = { Ref: 'OrderSaga' };
const webhooksTable = { 'Fn::GetAtt': ['WebhooksTable', 'Arn'] };
const deliveriesTable = { 'Fn::GetAtt': ['WebhookDeliveriesTable', 'Arn'] };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const byWebhookIndex = { 'Fn::Sub': '${WebhookDeliveriesTable.Arn}/index/by-webhook' };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const deliveryDueIndex = { 'Fn::Sub': '${WebhookDeliveriesTable.Arn}/index/delivery-due' };
const webhookDelivery = { Ref: 'WebhookDelivery' };
const eventBus = { 'Fn::GetAtt': ['OrderEventBus', 'Arn'] };
const refundSaga = { Ref: 'RefundSaga' };
// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
const byParkedRefundIndex = { 'Fn::Sub': '${OrdersTable.Arn}/index/by-parked-refund' };

/** The functions that call Inventory or Payment. */
const CALLS_SERVICES = new Set([
  'authorizePayment',
  'capturePayment',
  'commitInventory',
  'correctItem',
  'listStocks',
  'pay',
  'paymentEvents',
  'ready',
  'reconcileOrders',
  'reconcilePayments',
  'reportMetrics',
  'refundPayment',
  'releaseInventory',
  'reserveInventory',
  'restockItem',
  'returnInventory',
  'showPaymentAction',
  'stockReport',
  'takePaymentAction',
  'voidPayment',
]);

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('self:custom.stage');
  const orderSagaExecutions = { 'Fn::Sub': sub('states', `execution:order-saga-${stage}:*`) };

  const refundSagaExecutions = { 'Fn::Sub': sub('states', `execution:refund-saga-${stage}:*`) };

  /** Permissions of each function, by its key in functions.yml. Calls of Inventory and Payment need none. */
  const permissions = {
    authorizer: [],
    listStocks: [],
    stockReport: [],
    restockItem: [],
    correctItem: [],
    placeOrder: [
      allow(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], ordersTable),
      allow(['states:StartExecution'], orderSaga),
      allow(['states:DescribeExecution'], orderSagaExecutions),
    ],
    orderStatus: [allow(['dynamodb:GetItem'], ordersTable)],
    redriveOrders: [
      allow(['dynamodb:Query'], byStatusIndex),
      allow(['dynamodb:Query'], byParkedRefundIndex),
      allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:StartExecution'], orderSaga),
      allow(['states:StartExecution'], refundSaga),
      allow(['states:DescribeExecution', 'states:RedriveExecution'], orderSagaExecutions),
      allow(['states:DescribeExecution', 'states:RedriveExecution'], refundSagaExecutions),
    ],
    refundOrder: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:StartExecution'], refundSaga),
    ],
    abandonOrder: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:StartExecution'], orderSaga),
      allow(['states:DescribeExecution'], orderSagaExecutions),
    ],
    sagaHistory: [
      allow(['dynamodb:GetItem'], ordersTable),
      allow(
        ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:DescribeStateMachineForExecution'],
        orderSagaExecutions,
      ),
      allow(
        ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:DescribeStateMachineForExecution'],
        refundSagaExecutions,
      ),
    ],
    listOrders: [
      allow(['dynamodb:Query'], byStatusIndex),
      allow(['dynamodb:Query'], byOwnerIndex),
      allow(['dynamodb:Query'], byParkedRefundIndex),
      allow(['dynamodb:BatchGetItem'], ordersTable),
    ],
    orderSummary: [
      allow(['dynamodb:GetItem'], statisticsTable),
      allow(['dynamodb:Query'], byStatusIndex),
      allow(['dynamodb:Query'], sagaDueIndex),
    ],
    cancelOrder: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:SendTaskFailure'], orderSaga),
    ],
    pay: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:SendTaskSuccess', 'states:SendTaskFailure'], orderSaga),
      allow(['states:DescribeExecution'], orderSagaExecutions),
    ],
    paymentEvents: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:SendTaskSuccess', 'states:SendTaskFailure'], orderSaga),
      allow(['states:DescribeExecution'], orderSagaExecutions),
    ],
    showPaymentAction: [allow(['dynamodb:GetItem'], ordersTable)],
    takePaymentAction: [],
    createWebhook: [allow(['dynamodb:Scan', 'dynamodb:PutItem'], webhooksTable)],
    listWebhooks: [allow(['dynamodb:Scan'], webhooksTable)],
    deleteWebhook: [allow(['dynamodb:DeleteItem'], webhooksTable)],
    renewWebhookSecret: [allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], webhooksTable)],
    webhookDeliveries: [
      allow(['dynamodb:GetItem'], webhooksTable),
      allow(['dynamodb:Query'], byWebhookIndex),
      allow(['dynamodb:BatchGetItem'], deliveriesTable),
    ],
    replayWebhook: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], webhooksTable),
      allow(['dynamodb:Query'], byWebhookIndex),
      allow(
        ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchGetItem'],
        deliveriesTable,
      ),
      allow(['states:StartExecution'], webhookDelivery),
    ],
    openapiDocument: [],
    docs: [],
    console: [],
    health: [],
    ready: [allow(['dynamodb:GetItem'], ordersTable), allow(['states:DescribeStateMachine'], orderSaga)],
    reserveInventory: [],
    releaseInventory: [],
    commitInventory: [],
    authorizePayment: [],
    capturePayment: [],
    voidPayment: [allow(['dynamodb:UpdateItem'], ordersTable)],
    awaitPayment: [allow(['dynamodb:UpdateItem'], ordersTable)],
    awaitRedrive: [],
    resumeOrder: [allow(['dynamodb:GetItem'], ordersTable)],
    returnInventory: [],
    refundPayment: [],
    recordRefund: [allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable)],
    reconcileOrders: [
      allow(['dynamodb:Query'], sagaDueIndex),
      allow(['dynamodb:Query'], byStatusIndex),
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable),
      allow(['states:StartExecution', 'states:SendTaskSuccess', 'states:SendTaskFailure'], orderSaga),
      allow(['states:StartExecution'], refundSaga),
      allow(['states:DescribeExecution'], orderSagaExecutions),
      allow(['states:DescribeExecution'], refundSagaExecutions),
    ],
    reconcilePayments: [allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], ordersTable)],
    reportMetrics: [allow(['dynamodb:GetItem'], statisticsTable), allow(['dynamodb:Query'], byStatusIndex)],
    startStrandedOrders: [
      allow(['dynamodb:Query'], startPendingIndex),
      allow(['dynamodb:UpdateItem'], ordersTable),
      allow(['states:StartExecution'], orderSaga),
      allow(['states:DescribeExecution'], orderSagaExecutions),
    ],
    resumeWebhookDeliveries: [
      allow(['dynamodb:Query'], deliveryDueIndex),
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], deliveriesTable),
      allow(['states:StartExecution'], webhookDelivery),
    ],
    deliverWebhook: [
      allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], webhooksTable),
      allow(['dynamodb:Query', 'dynamodb:UpdateItem'], deliveriesTable),
    ],
    publishOrderEvents: [
      allow(['dynamodb:Scan'], webhooksTable),
      allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], deliveriesTable),
      allow(['states:StartExecution'], webhookDelivery),
      allow(['events:PutEvents'], eventBus),
      allow(
        ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
        ordersStream,
      ),
      allow(
        ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        statisticsTable,
      ),
    ],
  };

  const inNetwork = (await resolveVariable('file(infrastructure/included.cjs):functionVpc, null')) !== null;
  const tlsSecret = await resolveVariable('file(infrastructure/included.cjs):tlsSecret');
  const callStatements = (functionName) => [
    ...(inNetwork ? networkStatements(functionName) : []),
    // Secrets Manager adds six characters to a name.
    ...(tlsSecret
      ? [allow(['secretsmanager:GetSecretValue'], { 'Fn::Sub': sub('secretsmanager', `secret:${tlsSecret}-??????`) })]
      : []),
  ];
  const roles = Object.entries(permissions).map(([key, statements]) => {
    const functionName = `orders-${stage}-${key}`;
    const calls = CALLS_SERVICES.has(key) ? callStatements(functionName) : [];
    return [`${key[0].toUpperCase()}${key.slice(1)}Role`, role(functionName, [...statements, ...calls])];
  });
  return { Resources: Object.fromEntries(roles) };
};

function allow(actions, resource) {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}

const INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Lambda connects a function to its subnets in the function's name, by actions that take no narrower resource. The function's
 * own code is denied them.
 */
function networkStatements(functionName) {
  const ownCode = {
    ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::Sub': sub('lambda', `function:${functionName}`) } },
  };
  return [
    allow(INTERFACE_ACTIONS, '*'),
    { Effect: 'Deny', Action: INTERFACE_ACTIONS, Resource: '*', Condition: ownCode },
  ];
}

function sub(service, resource) {
  return `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;
}

/** What ADOT's layer does with the spans of a function. X-Ray's actions take no resource. */
function traces() {
  return process.env.TELEMETRY_LAYER_ARN ? [allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')] : [];
}

/** A role of one function, with its own log streams and the given statements. */
function role(functionName, statements) {
  const ownLog = { 'Fn::Sub': sub('logs', `log-group:/aws/lambda/${functionName}:*`) };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: functionName,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], ownLog), ...traces(), ...statements],
          },
        },
      ],
    },
  };
}
