/** One dashboard a stage: orders, API, executions, functions, tables and events. */
const {
  BACKGROUND_FUNCTIONS,
  REMOTE_TASKS,
  SERVICES,
  STATE_MACHINES,
  TABLES,
  api,
  ecs,
  executions,
  lambda,
  metric,
  own,
  throttled,
} = require('./metrics.cjs');

const OUTCOMES = ['CONFIRMED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'NEEDS_ATTENTION'];
const COLUMNS = 3;
/** CloudWatch's grid is 24 wide. */
const WIDTH = 24 / COLUMNS;
const HEIGHT = 6;

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('self:custom.stage');
  const services = await resolveVariable('param:services');
  const graphs = [
    ...orderGraphs(stage),
    ...apiGraphs(stage),
    ...workGraphs(),
    ...dataGraphs(stage),
    ...(services === 'managed' ? serviceGraphs(stage) : []),
  ];
  const widgets = graphs.map((graph, position) => ({
    type: 'metric',
    x: (position % COLUMNS) * WIDTH,
    y: Math.floor(position / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: { region: { Ref: 'AWS::Region' }, view: 'timeSeries', period: 60, ...graph },
  }));
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: { DashboardName: `orders-${stage}`, DashboardBody: jsonOf({ widgets }) },
      },
    },
  };
};

function orderGraphs(stage) {
  return [
    graph('Orders', [
      own(stage, 'OrdersAccepted', 'Sum'),
      ...OUTCOMES.map((Outcome) => own(stage, 'OrdersEnded', 'Sum', { Outcome })),
    ]),
    graph('From placement to the end (ms)', [
      own(stage, 'SagaDuration', 'p50', { Outcome: 'CONFIRMED' }),
      own(stage, 'SagaDuration', 'p99', { Outcome: 'CONFIRMED' }),
    ]),
    graph('What waits for an operator', [
      own(stage, 'OrdersParked', 'Maximum'),
      own(stage, 'RefundsParked', 'Maximum'),
      own(stage, 'UnownedAuthorizations', 'Sum'),
    ]),
    graph('Compensations and repeated tasks', [
      ...['VoidPayment', 'ReleaseInventory'].map((Step) => own(stage, 'Compensations', 'Sum', { Step })),
      ...REMOTE_TASKS.map((Task) => own(stage, 'TaskRetries', 'Sum', { Task })),
    ]),
    graph(
      'Pieces held, by how long',
      ['up_to_15m', 'up_to_1h', 'up_to_1d', 'over_1d'].map((Age) => own(stage, 'StockHeld', 'Maximum', { Age })),
    ),
    graph('Age of the oldest parked order (s)', [own(stage, 'OldestParkedOrderAge', 'Maximum')]),
  ];
}

function apiGraphs(stage) {
  return [
    graph('Requests and errors', [
      api(stage, 'Count', 'Sum'),
      api(stage, '4XXError', 'Sum'),
      api(stage, '5XXError', 'Sum'),
      own(stage, 'RequestsRefused', 'Sum'),
    ]),
    graph('Answers (ms)', [api(stage, 'Latency', 'p50'), api(stage, 'Latency', 'p99')]),
    graph('Concurrency of the account', [
      metric('AWS/Lambda', 'ConcurrentExecutions', {}, 'Maximum'),
      metric('AWS/Lambda', 'Throttles', {}, 'Sum'),
    ]),
  ];
}

function workGraphs() {
  return [
    graph(
      'Executions',
      STATE_MACHINES.flatMap((each) =>
        ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut'].map((name) =>
          executions(each, name),
        ),
      ),
    ),
    graph('Throttled by Step Functions', [
      ...STATE_MACHINES.map((each) => executions(each, 'ExecutionThrottled')),
      metric('AWS/States', 'ThrottledEvents', { ServiceMetric: 'StateTransition' }, 'Sum'),
      metric('AWS/States', 'ThrottledEvents', { APIName: 'StartExecution' }, 'Sum'),
    ]),
    graph(
      'Errors in the background',
      BACKGROUND_FUNCTIONS.map((each) => lambda(each, 'Errors')),
    ),
  ];
}

function dataGraphs(stage) {
  return [
    graph(
      'Throttled by DynamoDB',
      Object.entries(TABLES).flatMap(([table, indexes]) =>
        [undefined, ...indexes].flatMap((index) => ['Read', 'Write'].map((kind) => throttled(table, index, kind))),
      ),
    ),
    graph(
      'Write units',
      Object.keys(TABLES).map((table) =>
        metric('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', { TableName: { Ref: table } }, 'Sum'),
      ),
    ),
    graph('How late events are (ms)', [
      lambda('publishOrderEvents', 'IteratorAge', 'Maximum'),
      own(stage, 'WebhookDelay', 'p90'),
    ]),
  ];
}

function serviceGraphs(stage) {
  return [
    graph(
      'Tasks of the services',
      SERVICES.flatMap((service) => ['DesiredTaskCount', 'RunningTaskCount'].map((name) => ecs(stage, service, name))),
    ),
    ...SERVICES.map((service) =>
      graph(`Work of ${service} (CPU units, MB)`, [
        ecs(stage, service, 'CpuUtilized'),
        ecs(stage, service, 'MemoryUtilized'),
      ]),
    ),
  ];
}

function graph(title, metrics) {
  return {
    title,
    metrics: metrics.map(({ namespace, name, dimensions, stat }) => [
      namespace,
      name,
      ...Object.entries(dimensions).flat(),
      { stat },
    ]),
  };
}

/** A dashboard is JSON in a string, in which CloudFormation fills in the references. */
function jsonOf(body) {
  const text = JSON.stringify(body, (_, value) =>
    typeof value === 'object' && value !== null && 'Ref' in value ? `\${${value.Ref}}` : value,
  );
  return { 'Fn::Sub': text };
}
