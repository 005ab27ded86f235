/** The metrics of this system, by where they come from. Alarms and dashboard read them. */

/** Logical ids in serverless.yml. */
const STATE_MACHINES = ['OrderSaga', 'RefundSaga', 'WebhookDelivery'];

/** Each table with its indexes. */
const TABLES = {
  OrdersTable: ['start-pending', 'by-status', 'by-owner', 'saga-due', 'by-parked-refund'],
  OrderStatisticsTable: [],
  WebhooksTable: [],
  WebhookDeliveriesTable: ['by-webhook', 'delivery-due'],
  InventoryItemsTable: ['by-item-id'],
  InventoryReservationsTable: ['held-by-expiry'],
  PaymentsTable: ['due-for-recheck', 'to-reconcile'],
};

/** Functions that run once a minute, with what they do. */
const SCHEDULED_FUNCTIONS = {
  reconcileOrders: 'The reconciliation of orders',
  reconcilePayments: 'The reconciliation of payments',
  startStrandedOrders: 'The start of stranded orders',
  resumeWebhookDeliveries: 'The resumption of webhook deliveries',
  reportMetrics: 'The report of what waits and what is held',
};

/** Functions that nobody waits for. */
const BACKGROUND_FUNCTIONS = [...Object.keys(SCHEDULED_FUNCTIONS), 'publishOrderEvents', 'deliverWebhook'];

/** The gRPC services, as ECS names them. */
const SERVICES = ['inventory', 'payment'];

/** Tasks that call Inventory or Payment. */
const REMOTE_TASKS = [
  'ReserveInventory',
  'ReleaseInventory',
  'CommitInventory',
  'ReturnInventory',
  'AuthorizePayment',
  'CapturePayment',
  'VoidPayment',
  'RefundPayment',
];

/**
 * A metric that an alarm or a graph reads.
 *
 * @param dimensions values by name
 * @param stat such as `Sum`, `Maximum` or `p99`
 */
function metric(namespace, name, dimensions, stat) {
  return { namespace, name, dimensions, stat };
}

function executions(stateMachine, name) {
  return metric('AWS/States', name, { StateMachineArn: { Ref: stateMachine } }, 'Sum');
}

function lambda(key, name, stat = 'Sum') {
  return metric('AWS/Lambda', name, { FunctionName: { Ref: `${capitalized(key)}LambdaFunction` } }, stat);
}

/** What DynamoDB slowed down in a table, or in one of its indexes. @param kind Read or Write */
function throttled(table, index, kind) {
  const ofIndex = index === undefined ? {} : { GlobalSecondaryIndexName: index };
  return metric('AWS/DynamoDB', `${kind}ThrottleEvents`, { TableName: { Ref: table }, ...ofIndex }, 'Sum');
}

/** Metrics that the functions write (docs/telemetry.md). */
function own(stage, name, stat, dimensions = {}) {
  return metric('OrderSaga', name, { service: `orders-${stage}`, ...dimensions }, stat);
}

/** A metric of Container Insights, which the cluster of services.yml has switched on. */
function ecs(stage, service, name) {
  return metric('ECS/ContainerInsights', name, { ClusterName: `orders-${stage}`, ServiceName: service }, 'Average');
}

/** osls names the API after stage and service. */
function api(stage, name, stat) {
  return metric('AWS/ApiGateway', name, { ApiName: `${stage}-orders`, Stage: stage }, stat);
}

function capitalized(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

module.exports = {
  BACKGROUND_FUNCTIONS,
  REMOTE_TASKS,
  SCHEDULED_FUNCTIONS,
  STATE_MACHINES,
  TABLES,
  SERVICES,
  api,
  ecs,
  executions,
  lambda,
  metric,
  own,
  throttled,
};
