import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { defaultDeployment } from './default-deployment.ts';
import { permissionsOf } from './permissions.ts';

// The network of the services, and what passes its borders.

const endpointSchema = z.object({ ServiceName: z.object({ 'Fn::Sub': z.string() }) });
const functionSchema = z.object({
  Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  VpcConfig: z.unknown().optional(),
});
const rule = z.object({ CidrIp: z.string().optional(), FromPort: z.number(), ToPort: z.number() }).loose();
const groupSchema = z.object({ SecurityGroupIngress: z.array(rule).default([]) });

/** The service of AWS that an endpoint leads to, such as `states`, by the endpoint's logical id. */
function endpoints(): ReadonlyMap<string, string> {
  return new Map(
    ofType('AWS::EC2::VPCEndpoint').map(([id, { Properties }]) => [
      id,
      endpointSchema.parse(Properties).ServiceName['Fn::Sub'].split('}.')[1] ?? '',
    ]),
  );
}

function ofType(type: string) {
  return Object.entries(defaultDeployment().template.Resources).filter(([, { Type }]) => Type === type);
}

/** Roles of functions in the network. */
function functionRoles(): readonly string[] {
  return ofType('AWS::Lambda::Function')
    .map(([, { Properties }]) => functionSchema.parse(Properties))
    .flatMap(({ Role, VpcConfig }) => (VpcConfig === undefined ? [] : [Role['Fn::GetAtt'][0]]));
}

/** Roles of tasks, and the policies that are added to them. */
const TASK_HOLDERS = /^(Inventory|Payment)(TaskRole|ExecutionRole|CertificatesPolicy)$|^CollectorPolicy$/;

/** What roles in the network may do at a service of AWS, as far as it passes through the network. */
function actionsInNetwork(service: string): readonly string[] {
  const functions = functionRoles();
  expect(functions.length).toBeGreaterThan(15);
  const actions = permissionsOf(defaultDeployment().template)
    // Lambda itself writes the logs of functions, and reads their stream.
    .filter(({ holder }) => TASK_HOLDERS.test(holder) || (functions.includes(holder) && service !== 'logs'))
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((permission) => permission.actions)
    .filter((action) => action.startsWith(`${service}:`));
  return [...new Set(actions)].toSorted();
}

test('an endpoint lets through exactly what roles in the network may do', () => {
  const permissions = permissionsOf(defaultDeployment().template);
  const found = [...endpoints()].filter(([, service]) => service !== 's3');
  expect(found.map(([, service]) => service).toSorted()).toEqual([
    'dynamodb',
    'ecr.api',
    'ecr.dkr',
    'logs',
    'secretsmanager',
    'states',
    'xray',
  ]);
  for (const [id, service] of found) {
    const passing = permissions.filter(({ holder }) => holder === id).flatMap(({ actions }) => actions);
    expect([id, passing.toSorted()]).toEqual([id, actionsInNetwork(service.split('.')[0] ?? '')]);
  }
});

/** Nothing that a task needs before it is well: only functions call Step Functions, and collectors try again. */
const NOT_FOR_TASKS = ['states', 'xray'];

test('no task starts before its way out is there, and before it may read its certificates', () => {
  const { ServicesCluster, InventoryService, PaymentService } = defaultDeployment().template.Resources;
  const awaited = JSON.stringify([ServicesCluster?.Metadata, ServicesCluster?.DependsOn]);
  const needed = [
    ...[...endpoints()].filter(([, service]) => !NOT_FOR_TASKS.includes(service)).map(([id]) => id),
    ...ofType('AWS::EC2::Route').map(([id]) => id),
    ...ofType('AWS::EC2::SubnetRouteTableAssociation').map(([id]) => id),
  ];
  expect(needed.length).toBeGreaterThan(10);
  expect(needed.filter((id) => !awaited.includes(`"${id}"`))).toEqual([]);
  for (const [name, service] of Object.entries({ Inventory: InventoryService, Payment: PaymentService })) {
    expect(service?.Properties.Cluster).toEqual({ Ref: 'ServicesCluster' });
    expect(JSON.stringify(service?.Metadata)).toContain(`{"Ref":"${name}CertificatesPolicy"}`);
  }
});

test('nobody but functions reaches a service, and nobody from outside reaches anything', () => {
  const groups = ofType('AWS::EC2::SecurityGroup').map(
    ([id, { Properties }]) => [id, groupSchema.parse(Properties).SecurityGroupIngress] as const,
  );
  expect(groups).toHaveLength(3);
  expect(groups.flatMap(([, rules]) => rules).filter(({ CidrIp }) => CidrIp !== undefined)).toEqual([]);
  expect(Object.fromEntries(groups).ServiceSecurityGroup).toEqual([
    {
      Description: 'gRPC from the functions',
      IpProtocol: 'tcp',
      FromPort: 50051,
      ToPort: 50052,
      SourceSecurityGroupId: { 'Fn::GetAtt': ['FunctionSecurityGroup', 'GroupId'] },
    },
  ]);
  expect(ofType('AWS::EC2::SecurityGroupIngress')).toEqual([]);
});

test('a task is given longer to stop than its calls are given to end', () => {
  const container = z.object({
    StopTimeout: z.number(),
    Environment: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
  });
  for (const id of ['InventoryTask', 'PaymentTask']) {
    const { ContainerDefinitions: [service] = [] } = z
      .object({ ContainerDefinitions: z.array(z.unknown()) })
      .parse(defaultDeployment().template.Resources[id]?.Properties);
    const { StopTimeout, Environment } = container.parse(service);
    const drain = Number(Environment.find(({ Name }) => Name === 'DRAIN_SECONDS')?.Value);
    expect(drain).toBeGreaterThan(5);
    expect(StopTimeout).toBeGreaterThan(drain);
  }
});
