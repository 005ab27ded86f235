import { readFileSync } from 'node:fs';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  paginateListStackResources,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  CreateStateMachineAliasCommand,
  DescribeExecutionCommand,
  PublishStateMachineVersionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, MINISTACK, MOTO, type RunningEmulator, templateFor } from './emulators.ts';
import { type PackagedTemplate, packageTemplate } from './packaged-template.ts';

const LONG = 480_000;
const STACK = 'orders-prod';

const CHOICES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['services in public subnets', {}],
  ['services in private subnets', { strict: 'true' }],
  ['existing services', { services: 'existing' }],
];

for (const emulator of [MOTO, MINISTACK]) {
  const installed = emulator.isInstalled();
  if (!installed) {
    process.stderr.write(
      `${emulator.name} is not installed (${emulator.install}): the stack is NOT deployed into it.\n`,
    );
  }
  (installed ? describe : describe.skip).each(CHOICES)(
    `a stack with %s, deployed into ${emulator.name}`,
    (_, choice) => {
      deployedStack(emulator, choice);
    },
  );
}

function deployedStack(emulator: Emulator, parameters: Readonly<Record<string, string>>): void {
  let running: RunningEmulator;
  let packaged: PackagedTemplate;
  /** Physical ids by logical ones. */
  let made: ReadonlyMap<string, string>;

  beforeAll(async () => {
    [running, packaged] = await Promise.all([emulator.start(), packageTemplate('prod', { parameters })]);
    await prepare(running.url, JSON.stringify(templateFor(emulator, JSON.parse(readFileSync(packaged.file, 'utf8')))));
    const client = new CloudFormationClient(optionsFor(running));
    await client.send(
      new CreateStackCommand({
        StackName: STACK,
        TemplateURL: emulator.templateUrl,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      }),
    );
    await waitUntilStackCreateComplete(
      { client, maxWaitTime: 240, minDelay: 1, maxDelay: 2 },
      { StackName: STACK },
    ).catch(async (cause) => {
      throw new Error(await whyItFailed(client), { cause });
    });
    const resources = await collect(paginateListStackResources({ client }, { StackName: STACK }));
    made = new Map(
      resources
        .flatMap(({ StackResourceSummaries = [] }) => StackResourceSummaries)
        // moto lists one that it made beside another, without an id.
        .flatMap(({ LogicalResourceId: id, PhysicalResourceId = '' }) =>
          id ? [[id, PhysicalResourceId] as const] : [],
        ),
    );
    client.destroy();
  }, LONG);

  afterAll(async () => {
    await Promise.all([running?.stop(), packaged?.remove()]);
  });

  /** Logical ids of a type that the emulator makes, with these choices. */
  function wanted(type?: string): readonly string[] {
    const isStrict = parameters.strict === 'true';
    const leftOut = (condition: string | undefined) =>
      (condition === 'PublicTasks' && isStrict) ||
      (condition === 'StrictNetwork' && !isStrict) ||
      // Nothing here names a collector.
      ['ServicesCollector', 'FunctionsCollector', 'TracesEndpoint'].includes(condition ?? '');
    return Object.entries(packaged.template.Resources)
      .filter(([, resource]) => !emulator.lacks(resource) && !leftOut(resource.Condition))
      .filter(([, { Type }]) => type === undefined || Type === type)
      .map(([id]) => id);
  }

  test('has every resource of the template, but what its choices leave out', () => {
    expect(wanted().length).toBeGreaterThan(200);
    expect([...made.keys()].toSorted()).toEqual(wanted().toSorted());
  });

  test('has its alarms under the names of the runbooks, and its services with tasks wanted', async () => {
    const alarms = wanted('AWS::CloudWatch::Alarm');
    const text = await (
      await call(running.url, 'monitoring', 'Action=DescribeAlarms&Version=2010-08-01&MaxRecords=100')
    ).text();
    const names = [...text.matchAll(/<AlarmName>(.*?)<\/AlarmName>/g)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(
      alarms.map((id) => packaged.template.Resources[id]?.Properties.AlarmName).toSorted(),
    );
    const services = wanted('AWS::ECS::Service');
    expect(services).toHaveLength(parameters.services === 'existing' ? 0 : 2);
    for (const id of services) {
      const response = await call(
        running.url,
        'ecs',
        { cluster: STACK, services: [made.get(id)] },
        'AmazonEC2ContainerServiceV20141113.DescribeServices',
      );
      const {
        services: [service],
      } = (await response.json()) as { readonly services: readonly Record<string, unknown>[] };
      expect(service).toMatchObject({
        status: 'ACTIVE',
        taskDefinition: made.get(id.replace('Service', 'Task')),
      });
    }
  });

  // Its CloudFormation knows neither versions nor aliases.
  (emulator.hasAliases ? test : test.skip).each(['OrderSaga', 'RefundSaga'])(
    'starts %s by an alias of its first version',
    async (machine) => {
      const client = new SFNClient(optionsFor(running));
      const stateMachineArn = made.get(machine);
      const version = await client.send(new PublishStateMachineVersionCommand({ stateMachineArn }));
      const alias = await client.send(
        new CreateStateMachineAliasCommand({
          name: 'live',
          routingConfiguration: [{ stateMachineVersionArn: version.stateMachineVersionArn, weight: 100 }],
        }),
      );
      expect(alias.stateMachineAliasArn).toBe(`${stateMachineArn}:live`);
      const started = await client.send(
        new StartExecutionCommand({ stateMachineArn: alias.stateMachineAliasArn, name: 'order-1', input: '{}' }),
      );
      const execution = await client.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
      expect(execution).toMatchObject({ stateMachineArn, name: 'order-1' });
      client.destroy();
    },
  );
}

/** What CloudFormation says of the resources that it could not make. */
async function whyItFailed(client: CloudFormationClient): Promise<string> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: STACK }));
  return StackEvents.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('FAILED'))
    .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`)
    .join('\n');
}

function optionsFor({ url }: RunningEmulator) {
  return {
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

/** The template in a bucket, since one of this size goes through S3; and the parameter that the stack reads. */
async function prepare(url: string, template: string): Promise<void> {
  await fetch(`${url}/templates`, { method: 'PUT' });
  await fetch(`${url}/templates/stack.json`, { method: 'PUT', body: template });
  const keys = { Name: '/orders/prod/api-keys', Value: 'shop:sha256:00', Type: 'String' };
  await call(url, 'ssm', keys, 'AmazonSSM.PutParameter');
}

/** One request of a service's API: a text in its query protocol, or an object in its JSON protocol, with a target. */
async function call(url: string, service: string, body: string | object, target?: string): Promise<Response> {
  const isQuery = typeof body === 'string';
  return fetch(`${url}/`, {
    method: 'POST',
    headers: {
      'content-type': isQuery ? 'application/x-www-form-urlencoded' : 'application/x-amz-json-1.1',
      ...(target !== undefined && { 'x-amz-target': target }),
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: isQuery ? body : JSON.stringify(body),
  });
}

async function collect<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const page of pages) {
    collected.push(page);
  }
  return collected;
}
