/**
 * The attributes of spans. Names that OpenTelemetry's semantic conventions define come from their version 1.45. `order.*`,
 * `saga.*` and `payment.*` are our own, and docs/telemetry.md explains them.
 */
export const ATTRIBUTES = {
  AWS_DYNAMODB_TABLE_NAMES: 'aws.dynamodb.table_names',
  AWS_REQUEST_ID: 'aws.request_id',
  AWS_STATE_MACHINE_ARN: 'aws.step_functions.state_machine.arn',
  DB_COLLECTION: 'db.collection.name',
  DB_OPERATION: 'db.operation.name',
  DB_SYSTEM: 'db.system.name',
  ERROR_TYPE: 'error.type',
  FAAS_NAME: 'faas.name',
  FAAS_TRIGGER: 'faas.trigger',
  HTTP_METHOD: 'http.request.method',
  HTTP_ROUTE: 'http.route',
  HTTP_STATUS: 'http.response.status_code',
  RPC_METHOD: 'rpc.method',
  RPC_STATUS: 'rpc.status_code',
  RPC_SYSTEM: 'rpc.system.name',
  SERVICE_NAME: 'service.name',
  URL_PATH: 'url.path',
  ORDER_ID: 'order.id',
  SAGA_EXECUTION: 'saga.execution',
  SAGA_STATE: 'saga.state',
  SAGA_RETRY_COUNT: 'saga.retry_count',
  SAGA_REDRIVE_COUNT: 'saga.redrive_count',
  PAYMENT_PROVIDER_OPERATION: 'payment.provider.operation',
} as const;

/** An attribute of a span. */
export type AttributeName = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];

/** Attributes with their values; undefined ones are left out. */
export type SpanAttributes = Readonly<Partial<Record<AttributeName, string | number | readonly string[] | undefined>>>;
