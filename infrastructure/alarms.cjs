/**
 * What rings. Every alarm tells the topic both of its beginning and of its end, and names its page in docs/runbooks/.
 * tests/deployment/alarms.test.ts holds pages, metrics and names.
 */
const { alarm, alarmOf } = require('./alarm.cjs');
const {
  BACKGROUND_FUNCTIONS,
  REMOTE_TASKS,
  SCHEDULED_FUNCTIONS,
  SERVICES,
  STATE_MACHINES,
  TABLES,
} = require('./metrics.cjs');
const { api, ecs, executions, lambda, metric, own, throttled } = require('./metrics.cjs');

/** At the first sign. A metric of events is missing where there were none. */
const AT_ONCE = { seconds: 60, threshold: 1, missing: 'notBreaching' };
const WITHIN_FIVE_MINUTES = { ...AT_ONCE, seconds: 300 };
/** The alarm keeps its state where the metric stops; that the function which writes it has stopped rings by itself. */
const WHILE_IT_LASTS = { ...WITHIN_FIVE_MINUTES, missing: 'ignore' };

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('self:custom.stage');
  const email = await resolveVariable('env:ALARM_EMAIL, null');
  const services = await resolveVariable('param:services');
  const alarms = [
    ...sagaAlarms(stage),
    ...waitingAlarms(stage),
    ...apiAlarms(stage),
    ...functionAlarms(),
    ...eventAlarms(stage),
    ...tableAlarms(),
    // Services of your own have alarms of their own.
    ...(services === 'managed' ? serviceAlarms(stage) : []),
  ];
  return { Resources: { ...topic(stage, email), ...Object.fromEntries(alarms.map((each) => named(stage, each))) } };
};

function sagaAlarms(stage) {
  return [
    alarm(
      {
        slug: 'order-saga-failed',
        what: 'An execution of the order saga failed: its order is parked, or the saga is broken.',
      },
      executions('OrderSaga', 'ExecutionsFailed'),
      AT_ONCE,
    ),
    alarm(
      {
        slug: 'refund-saga-failed',
        what: 'An execution of the refund saga failed: its refund is parked, or the saga is broken.',
      },
      executions('RefundSaga', 'ExecutionsFailed'),
      AT_ONCE,
    ),
    alarm(
      { slug: 'webhook-delivery-failed', what: 'An execution that delivers events to a webhook failed.' },
      executions('WebhookDelivery', 'ExecutionsFailed'),
      AT_ONCE,
    ),
    alarmOf(
      { slug: 'executions-timed-out', what: 'An execution was ended because it took too long.' },
      ofStateMachines('ExecutionsTimedOut'),
      WITHIN_FIVE_MINUTES,
    ),
    alarmOf(
      {
        slug: 'executions-throttled',
        what: 'Step Functions slows executions down: a quota of the account is used up.',
      },
      {
        ...ofStateMachines('ExecutionThrottled'),
        // All state machines of the account and the region share these two quotas.
        transitions: metric('AWS/States', 'ThrottledEvents', { ServiceMetric: 'StateTransition' }, 'Sum'),
        starts: metric('AWS/States', 'ThrottledEvents', { APIName: 'StartExecution' }, 'Sum'),
      },
      WITHIN_FIVE_MINUTES,
    ),
    // A business refusal fails its function too, so the functions' own errors would ring for each declined card.
    alarmOf(
      {
        slug: 'saga-tasks-retried',
        what: 'Steps of the sagas are repeated often: a service or the provider answers badly.',
      },
      Object.fromEntries(REMOTE_TASKS.map((Task) => [`of${Task}`, own(stage, 'TaskRetries', 'Sum', { Task })])),
      { ...WITHIN_FIVE_MINUTES, threshold: 50, times: 2, of: 3 },
    ),
  ];
}

function ofStateMachines(name) {
  return Object.fromEntries(STATE_MACHINES.map((each) => [`of${each}`, executions(each, name)]));
}

function waitingAlarms(stage) {
  return [
    alarm(
      { slug: 'orders-parked', what: 'Orders wait for an operator.' },
      own(stage, 'OrdersParked', 'Maximum'),
      WHILE_IT_LASTS,
    ),
    alarm(
      { slug: 'oldest-parked-order', page: 'orders-parked', what: 'An order has waited for an operator for an hour.' },
      own(stage, 'OldestParkedOrderAge', 'Maximum'),
      { ...WHILE_IT_LASTS, threshold: 3_600 },
    ),
    alarm(
      { slug: 'refunds-parked', page: 'refund-saga-failed', what: 'Refunds wait for an operator.' },
      own(stage, 'RefundsParked', 'Maximum'),
      WHILE_IT_LASTS,
    ),
    alarm(
      { slug: 'unowned-authorizations', what: 'Authorizations were voided that no living order wanted.' },
      own(stage, 'UnownedAuthorizations', 'Sum'),
      WITHIN_FIVE_MINUTES,
    ),
  ];
}

function apiAlarms(stage) {
  const refused = own(stage, 'RequestsRefused', 'Sum');
  return [
    alarmOf(
      { slug: 'api-errors', what: 'The API answers with 5xx, apart from the 503 of a refusal.' },
      { errors: api(stage, '5XXError', 'Sum'), refused },
      { ...WITHIN_FIVE_MINUTES, threshold: 3 },
      'errors - FILL(refused, 0)',
    ),
    alarmOf(
      { slug: 'api-refusals', what: 'One request in twenty, or more, is refused with 503.' },
      { requests: api(stage, 'Count', 'Sum'), refused },
      { ...AT_ONCE, threshold: 5, times: 3, of: 5 },
      'IF(requests > 20, 100 * FILL(refused, 0) / requests, 0)',
    ),
    alarm(
      { slug: 'api-latency', what: 'One answer of the API in a hundred takes three seconds or longer.' },
      api(stage, 'Latency', 'p99'),
      { ...WITHIN_FIVE_MINUTES, threshold: 3_000, of: 3 },
    ),
  ];
}

function functionAlarms() {
  return [
    // Errors of the functions behind the API are in api-errors.
    alarmOf(
      {
        slug: 'background-function-errors',
        what: 'A function on a schedule, on the stream or for webhooks fails repeatedly.',
      },
      Object.fromEntries(BACKGROUND_FUNCTIONS.map((each) => [each, lambda(each, 'Errors')])),
      { ...WITHIN_FIVE_MINUTES, times: 2, of: 3 },
    ),
    // All functions of the account and the region share one concurrency, and none reserves a part of it.
    alarm(
      { slug: 'functions-throttled', what: 'Lambda refuses invocations: the concurrency of the account is used up.' },
      metric('AWS/Lambda', 'Throttles', {}, 'Sum'),
      WITHIN_FIVE_MINUTES,
    ),
    // A function that does not run writes no metric, so what is missing rings.
    ...Object.entries(SCHEDULED_FUNCTIONS).map(([key, what]) =>
      alarm(
        {
          slug: `${dashed(key)}-missed`,
          page: 'scheduled-function-missed',
          what: `${what} has not run for five minutes.`,
        },
        lambda(key, 'Invocations'),
        { seconds: 300, threshold: 1, below: true, missing: 'breaching' },
      ),
    ),
  ];
}

function eventAlarms(stage) {
  return [
    alarm(
      {
        slug: 'stream-behind',
        what: 'Changes of orders reach counters, webhooks and EventBridge a minute late or more.',
      },
      lambda('publishOrderEvents', 'IteratorAge', 'Maximum'),
      { ...AT_ONCE, threshold: 60_000, of: 5 },
    ),
    alarm(
      { slug: 'webhook-delay', what: 'One event in ten reaches its webhook five minutes late or more.' },
      own(stage, 'WebhookDelay', 'p90'),
      { ...WITHIN_FIVE_MINUTES, threshold: 300_000, times: 2, of: 3 },
    ),
  ];
}

function serviceAlarms(stage) {
  const certificates = alarm(
    { slug: 'certificates-ending', what: 'A certificate between functions and services ends within thirty days.' },
    own(stage, 'CertificateDaysLeft', 'Minimum'),
    // Each minute tells of one task of each service, so an hour tells of all.
    { seconds: 3_600, threshold: 30, below: true, missing: 'ignore' },
  );
  const belowDesired = SERVICES.map((service) =>
    alarmOf(
      {
        slug: `${service}-below-desired`,
        page: 'service-below-desired',
        what: `Fewer tasks of ${service} run than ECS wants.`,
      },
      { desired: ecs(stage, service, 'DesiredTaskCount'), running: ecs(stage, service, 'RunningTaskCount') },
      // Without a metric nobody knows that tasks run.
      { ...AT_ONCE, of: 5, missing: 'breaching' },
      'desired - running',
    ),
  );
  return [certificates, ...belowDesired];
}

/** One alarm for each table and its indexes. CloudWatch takes ten metrics an alarm, so the orders table has two. */
function tableAlarms() {
  return Object.entries(TABLES).flatMap(([table, indexes]) => {
    const kinds = ['Read', 'Write'];
    const groups = indexes.length > 4 ? kinds.map((kind) => [kind]) : [kinds];
    return groups.map((group) => {
      const done = group.length === 1 ? `-${group[0].toLowerCase()}s` : '';
      const metrics = group.flatMap((kind) =>
        [undefined, ...indexes].map((index) => [idOf(kind, index), throttled(table, index, kind)]),
      );
      return alarmOf(
        {
          slug: `${dashed(table)}${done}-throttled`,
          page: 'table-throttled',
          what: `DynamoDB slows down ${group.map((kind) => `${kind.toLowerCase()}s`).join(' or ')} of ${table} or an index of it.`,
        },
        Object.fromEntries(metrics),
        WITHIN_FIVE_MINUTES,
      );
    });
  });
}

function idOf(kind, index) {
  return `${kind.toLowerCase()}s${index === undefined ? '' : `_${index.replaceAll('-', '_')}`}`;
}

/** reconcileOrders -> reconcile-orders */
function dashed(name) {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** order-saga-failed -> OrderSagaFailedAlarm */
function named(stage, { slug, resource }) {
  const words = slug.split('-').map((word) => word[0].toUpperCase() + word.slice(1));
  const AlarmName = `orders-${stage}-${slug}`;
  return [`${words.join('')}Alarm`, { ...resource, Properties: { AlarmName, ...resource.Properties } }];
}

/**
 * The topic that all alarms tell. Not encrypted: CloudWatch cannot publish with SNS's own key, and the messages hold only names
 * and numbers of metrics.
 */
function topic(stage, email) {
  const topicArn = { Ref: 'AlarmTopic' };
  return {
    AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `orders-alarms-${stage}` } },
    AlarmTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [topicArn],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: topicArn,
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
      },
    },
    ...(email && {
      AlarmEmail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: topicArn, Protocol: 'email', Endpoint: email },
      },
    }),
  };
}
