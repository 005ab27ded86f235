import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';
import { defaultDeployment } from './default-deployment.ts';

const RUNBOOKS = join(PROJECT_ROOT, 'docs', 'runbooks');
const INDEX = 'README.md';

/** What AWS documents: each metric with the dimensions in which it can be read. */
const AWS_METRICS: Readonly<Record<string, readonly string[]>> = {
  'AWS/States ExecutionsStarted': ['StateMachineArn'],
  'AWS/States ExecutionsSucceeded': ['StateMachineArn'],
  'AWS/States ExecutionsFailed': ['StateMachineArn'],
  'AWS/States ExecutionsTimedOut': ['StateMachineArn'],
  'AWS/States ExecutionThrottled': ['StateMachineArn'],
  'AWS/States ThrottledEvents': ['ServiceMetric', 'APIName'],
  'AWS/ApiGateway Count': ['ApiName,Stage'],
  'AWS/ApiGateway 4XXError': ['ApiName,Stage'],
  'AWS/ApiGateway 5XXError': ['ApiName,Stage'],
  'AWS/ApiGateway Latency': ['ApiName,Stage'],
  'AWS/Lambda Errors': ['FunctionName'],
  'AWS/Lambda Invocations': ['FunctionName'],
  'AWS/Lambda IteratorAge': ['FunctionName'],
  'AWS/Lambda Throttles': ['', 'FunctionName'],
  'AWS/Lambda ConcurrentExecutions': ['', 'FunctionName'],
  'ECS/ContainerInsights DesiredTaskCount': ['ClusterName,ServiceName'],
  'ECS/ContainerInsights RunningTaskCount': ['ClusterName,ServiceName'],
  'ECS/ContainerInsights CpuUtilized': ['ClusterName,ServiceName'],
  'ECS/ContainerInsights MemoryUtilized': ['ClusterName,ServiceName'],
  'AWS/DynamoDB ReadThrottleEvents': ['TableName', 'GlobalSecondaryIndexName,TableName'],
  'AWS/DynamoDB WriteThrottleEvents': ['TableName', 'GlobalSecondaryIndexName,TableName'],
  'AWS/DynamoDB ConsumedWriteCapacityUnits': ['TableName', 'GlobalSecondaryIndexName,TableName'],
};

/** The rows of the table of docs/telemetry.md. */
const OWN_METRICS: ReadonlyMap<string, { readonly dimension: string | undefined }> = new Map(
  [
    ...readFileSync(join(PROJECT_ROOT, 'docs', 'telemetry.md'), 'utf8').matchAll(
      /^\| `([A-Z]\w+)` \| (?:Count|Milliseconds|Seconds) \| (?:`(\w+)`[^|]*)?\|/gm,
    ),
  ].map(([, name = '', further]) => [name, { dimension: further }]),
);

const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
});
const alarmProperties = z
  .object({
    AlarmName: z.string(),
    AlarmDescription: z.string(),
    TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']),
    AlarmActions: z.array(z.unknown()),
    OKActions: z.array(z.unknown()),
    EvaluationPeriods: z.number(),
    DatapointsToAlarm: z.number(),
    Threshold: z.number(),
  })
  .and(
    z.union([
      metric.transform((one) => ({ metrics: [one], expressions: [] })),
      z
        .object({
          Metrics: z.array(
            z.union([
              z.object({ Id: z.string(), MetricStat: z.object({ Metric: metric }), ReturnData: z.literal(false) }),
              z.object({ Id: z.string(), Expression: z.string() }),
            ]),
          ),
        })
        .transform(({ Metrics }) => ({
          metrics: Metrics.flatMap((each) => ('MetricStat' in each ? [each.MetricStat.Metric] : [])),
          expressions: Metrics.flatMap((each) => ('Expression' in each ? [each.Expression] : [])),
          ids: Metrics.flatMap((each) => ('MetricStat' in each ? [each.Id] : [])),
        })),
    ]),
  );
type Alarm = z.output<typeof alarmProperties>;
type Metric = z.output<typeof metric>;

const reference = z.union([z.string(), z.object({ Ref: z.string() }).transform(({ Ref }) => Ref)]);

let alarms: readonly (readonly [string, Alarm])[];

beforeAll(() => {
  alarms = Object.entries(defaultDeployment().template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => [id, alarmProperties.parse(Properties)]);
});

test('every alarm tells the topic of its beginning and its end', () => {
  expect(alarms.length).toBeGreaterThan(25);
  const topic = [{ Ref: 'AlarmTopic' }];
  expect(alarms.filter(([, { AlarmActions }]) => JSON.stringify(AlarmActions) !== JSON.stringify(topic))).toEqual([]);
  expect(alarms.filter(([, { OKActions }]) => JSON.stringify(OKActions) !== JSON.stringify(topic))).toEqual([]);
});

test('every alarm names a page of docs/runbooks, and every page is named by an alarm', () => {
  const named = alarms.map(([, { AlarmDescription }]) => AlarmDescription.match(/docs\/runbooks\/([\w-]+\.md)$/)?.[1]);
  const pages = readdirSync(RUNBOOKS).filter((file) => file !== INDEX);
  expect([...new Set(named)].toSorted()).toEqual(pages.toSorted());
});

test('every page names the alarms that lead to it, and says what it means, how to see it and what to do', () => {
  expect(alarms.length).toBeGreaterThan(15);
  for (const [, { AlarmName, AlarmDescription }] of alarms) {
    const file = AlarmDescription.split('/').at(-1) ?? '';
    const page = readFileSync(join(RUNBOOKS, file), 'utf8');
    expect(page).toContain(`\`${AlarmName.replace('orders-dev-', '')}\``);
    expect(page.match(/^## .+$/gm)).toEqual(['## What it means', '## How to see it', '## What to do']);
  }
});

test('the index of the runbooks lists every alarm', () => {
  const index = readFileSync(join(RUNBOOKS, INDEX), 'utf8');
  const listed = [...index.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(alarms.map(([, { AlarmName }]) => AlarmName.replace('orders-dev-', '')).toSorted());
});

test('every function, graph, table and state machine that a page names is there', () => {
  const pages = readdirSync(RUNBOOKS).map((file) => [file, readFileSync(join(RUNBOOKS, file), 'utf8')] as const);
  const named = (pattern: RegExp) =>
    pages.flatMap(([file, text]) => [...text.matchAll(pattern)].map(([, name = '']) => ({ file, name })));

  const functions = new Set(namesOf('AWS::Lambda::Function', 'FunctionName'));
  const inPages = named(/(?:\/aws\/lambda\/|function:|--function-name "?)orders-\$STAGE-(\w+)/g);
  expect(inPages.length).toBeGreaterThan(15);
  expect(inPages.filter(({ name }) => !functions.has(`orders-dev-${name}`))).toEqual([]);

  const graphs = new Set(dashboard().map(({ properties }) => properties.title));
  const titles = pages.flatMap(([file, text]) =>
    [...text.matchAll(/^.*dashboard's graphs?.*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file, name })),
    ),
  );
  expect(titles.length).toBeGreaterThan(8);
  expect(titles.filter(({ name }) => !graphs.has(name))).toEqual([]);

  const machines = new Set(namesOf('AWS::StepFunctions::StateMachine', 'StateMachineName'));
  const machinesInPages = named(/(?:state machine `|stateMachine:)([\w-]+)-\$?STAGE/g);
  expect(machinesInPages.length).toBeGreaterThan(4);
  expect(machinesInPages.filter(({ name }) => !machines.has(`${name}-dev`))).toEqual([]);

  const tables = new Set(namesOf('AWS::DynamoDB::Table', 'TableName'));
  const tablesInPages = named(/(?:--table-name "|TableName,Value=")([\w-]+)-\$STAGE/g);
  expect(tablesInPages.length).toBeGreaterThan(1);
  expect(tablesInPages.filter(({ name }) => !tables.has(`${name}-dev`))).toEqual([]);
});

test('every metric of an alarm exists, in the dimensions in which it is read', () => {
  const read = alarms.flatMap(([id, { metrics }]) => metrics.map((each) => [id, unknownMetric(each)] as const));
  expect(read.filter(([, fault]) => fault !== undefined)).toEqual([]);
});

test('every metric of the dashboard exists, in the dimensions in which it is read', () => {
  const metrics = dashboard().flatMap(({ properties }) => properties.metrics.map(fromDashboard));
  expect(metrics.length).toBeGreaterThan(50);
  expect(metrics.map(unknownMetric).filter((fault) => fault !== undefined)).toEqual([]);
});

test('an expression uses each of its metrics, and no alarm more than CloudWatch takes', () => {
  expect(alarms.length).toBeGreaterThan(15);
  for (const [id, alarm] of alarms) {
    const ids = 'ids' in alarm ? alarm.ids : [];
    const words: readonly string[] = alarm.expressions.join(' ').match(/\w+/g) ?? [];
    expect([id, ids.filter((each) => !words.includes(each))]).toEqual([id, []]);
    expect([id, alarm.metrics.length <= 10]).toEqual([id, true]);
    expect([id, alarm.DatapointsToAlarm <= alarm.EvaluationPeriods]).toEqual([id, true]);
  }
});

test('every table and every index rings when DynamoDB slows it down', () => {
  const table = z.object({
    GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string() })).default([]),
  });
  const places = resourcesOf('AWS::DynamoDB::Table').flatMap((id) => {
    const { GlobalSecondaryIndexes } = table.parse(defaultDeployment().template.Resources[id]?.Properties);
    return [`${id}`, ...GlobalSecondaryIndexes.map(({ IndexName }) => `${id}/${IndexName}`)];
  });
  for (const name of ['ReadThrottleEvents', 'WriteThrottleEvents']) {
    const watched = watchedMetrics(name).map((each) =>
      [dimension(each, 'TableName'), dimension(each, 'GlobalSecondaryIndexName')].filter(Boolean).join('/'),
    );
    expect(watched.toSorted()).toEqual(places.toSorted());
  }
});

test('every function that runs on a schedule rings when it does not run', () => {
  const rule = z.object({ Targets: z.array(z.object({ Arn: z.object({ 'Fn::GetAtt': z.array(z.string()) }) })) });
  const scheduled = resourcesOf('AWS::Events::Rule').flatMap((id) =>
    rule.parse(defaultDeployment().template.Resources[id]?.Properties).Targets.map(({ Arn }) => Arn['Fn::GetAtt'][0]),
  );
  expect(scheduled.length).toBeGreaterThan(3);
  expect(watchedMetrics('Invocations').map((each) => dimension(each, 'FunctionName'))).toEqual(
    expect.arrayContaining(scheduled),
  );
  const missed = alarms.filter(([, { metrics }]) => metrics.some(({ MetricName }) => MetricName === 'Invocations'));
  expect(new Set(missed.map(([, { TreatMissingData }]) => TreatMissingData))).toEqual(new Set(['breaching']));
});

test('every state machine rings when an execution fails, times out or is throttled', () => {
  const machines = resourcesOf('AWS::StepFunctions::StateMachine').toSorted();
  for (const name of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionThrottled']) {
    expect(
      watchedMetrics(name)
        .map((each) => dimension(each, 'StateMachineArn'))
        .toSorted(),
    ).toEqual(machines);
  }
});

test('every service of the stack rings when fewer tasks run than wanted, and its cluster writes that metric', () => {
  const [cluster = ''] = resourcesOf('AWS::ECS::Cluster');
  expect(defaultDeployment().template.Resources[cluster]?.Properties).toMatchObject({
    ClusterName: dimension(watchedMetrics('RunningTaskCount')[0], 'ClusterName'),
    ClusterSettings: [{ Name: 'containerInsights', Value: expect.stringMatching(/^en/) }],
  });
  const services = resourcesOf('AWS::ECS::Service').map(
    (id) => defaultDeployment().template.Resources[id]?.Properties.ServiceName,
  );
  expect(services).toHaveLength(2);
  expect(watchedMetrics('RunningTaskCount').map((each) => dimension(each, 'ServiceName'))).toEqual(services);
});

test('the alarms read the API by the name that it has', () => {
  const [api = ''] = resourcesOf('AWS::ApiGateway::RestApi');
  expect(defaultDeployment().template.Resources[api]?.Properties.Name).toBe(
    dimension(watchedMetrics('5XXError')[0], 'ApiName'),
  );
});

const dashboardBody = z.object({
  widgets: z.array(z.object({ properties: z.object({ title: z.string(), metrics: z.array(z.array(z.unknown())) }) })),
});

/** The graphs of the dashboard. */
function dashboard(): z.output<typeof dashboardBody>['widgets'] {
  const { DashboardBody } = z
    .object({ DashboardBody: z.object({ 'Fn::Sub': z.string() }) })
    .parse(defaultDeployment().template.Resources.Dashboard?.Properties);
  return dashboardBody.parse(JSON.parse(DashboardBody['Fn::Sub'])).widgets;
}

function namesOf(type: string, property: string): readonly string[] {
  return resourcesOf(type).map((id) =>
    z.string().parse(defaultDeployment().template.Resources[id]?.Properties[property]),
  );
}

function resourcesOf(type: string): string[] {
  return Object.entries(defaultDeployment().template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id);
}

function watchedMetrics(name: string): readonly Metric[] {
  return alarms.flatMap(([, { metrics }]) => metrics.filter(({ MetricName }) => MetricName === name));
}

/** The value of a dimension; the logical id where it is a reference. */
function dimension(one: Metric | undefined, name: string): string | undefined {
  const value = one?.Dimensions.find(({ Name }) => Name === name)?.Value;
  return value === undefined ? undefined : reference.parse(value);
}

/** What is wrong with a metric, in words; undefined where it exists. */
function unknownMetric({ Namespace, MetricName, Dimensions }: Metric): string | undefined {
  const names = Dimensions.map(({ Name }) => Name)
    .toSorted()
    .join(',');
  if (Namespace !== 'OrderSaga') {
    const known = AWS_METRICS[`${Namespace} ${MetricName}`];
    return known?.includes(names) ? undefined : `${Namespace} ${MetricName} by ${names}`;
  }
  const own = OWN_METRICS.get(MetricName);
  if (own === undefined) {
    return `docs/telemetry.md has no metric ${MetricName}`;
  }
  const [further] = Dimensions.filter(({ Name }) => Name !== 'service');
  if (Dimensions.find(({ Name }) => Name === 'service')?.Value !== 'orders-dev') {
    return `${MetricName} without its service`;
  }
  return further?.Name === own.dimension && (further === undefined || Dimensions.length === 2)
    ? undefined
    : `${MetricName} by ${names}`;
}

function fromDashboard(line: readonly unknown[]): Metric {
  const [Namespace, MetricName, ...dimensions] = z.array(z.string()).parse(line.slice(0, -1));
  const pairs = dimensions.flatMap((name, at) => (at % 2 === 0 ? [{ Name: name, Value: dimensions[at + 1] }] : []));
  return metric.parse({ Namespace, MetricName, Dimensions: pairs });
}
