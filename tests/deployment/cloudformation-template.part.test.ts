import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { readOrderSaga, readRefundSaga } from '../../statemachines/read-order-saga.ts';
import { defaultDeployment } from './default-deployment.ts';
import type { PackagedTemplate } from './packaged-template.ts';
import { permissionsOf } from './permissions.ts';
import { refusedTableUpdates } from './table-updates.ts';

type Resources = PackagedTemplate['template']['Resources'];

test('the packaged template gives each role only the reviewed permissions', () => {
  const lines = permissionsOf(defaultDeployment().template).map(
    ({ holder, effect, actions, resources }) => `${holder}: ${effect} ${actions.join(', ')} on ${resources.join(', ')}`,
  );
  expect(lines.toSorted()).toMatchSnapshot();
});

/** Actions that take no narrower resource than `*`. */
const WITHOUT_RESOURCES = new Set([
  'ecr:GetAuthorizationToken',
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]);

test('the packaged template has no wildcard actions, and no wildcard resource but where AWS takes no other', () => {
  const allowed = permissionsOf(defaultDeployment().template).filter(
    ({ effect, actions }) => effect === 'Allow' && !actions.every((action) => WITHOUT_RESOURCES.has(action)),
  );
  expect(allowed.length).toBeGreaterThan(20);
  for (const { holder, actions, resources } of allowed) {
    expect({ holder, actions: actions.filter((action) => action.includes('*')) }).toEqual({ holder, actions: [] });
    expect({ holder, resources: resources.filter((resource) => resource === '*' || resource === '') }).toEqual({
      holder,
      resources: [],
    });
  }
});

test('the packaged template does not mention LocalStack', () => {
  expect(JSON.stringify(defaultDeployment().template)).not.toMatch(/localstack|_custom_id_/i);
});

const stateMachine = z.object({ Definition: z.looseObject({ States: z.record(z.string(), z.unknown()) }) });
function packagedSaga(resource = 'OrderSaga') {
  return stateMachine.parse(defaultDeployment().template.Resources[resource]?.Properties).Definition;
}

test('the packaged sagas are what every test and program reads', () => {
  expect(packagedSaga()).toEqual(readOrderSaga().definition);
  expect(packagedSaga('RefundSaga')).toEqual(readRefundSaga().definition);
});

// A snapshot of one fingerprint a state: moving or rewording the YAML must not change what is deployed. After an
// intended change of the saga, update it: npm run jest -- tests/deployment/packaged-stack.test.ts -u
test('the packaged order saga is the one that was deployed before, state by state', () => {
  const { States, ...rest } = packagedSaga();
  const parts = Object.entries({ ...States, 'everything but the states': rest });
  expect(Object.fromEntries(parts.map(([name, part]) => [name, fingerprint(part)]))).toMatchSnapshot();
});

test('the packaged refund saga is the one that was deployed before, state by state', () => {
  const { States, ...rest } = packagedSaga('RefundSaga');
  const parts = Object.entries({ ...States, 'everything but the states': rest });
  expect(Object.fromEntries(parts.map(([name, part]) => [name, fingerprint(part)]))).toMatchSnapshot();
});

/** The same for the same JSON, regardless of the order of its keys. */
function fingerprint(value: unknown): string {
  const sorted = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(sorted).digest('hex');
}

test('the packaged template keeps a good distance from the limits of CloudFormation', () => {
  const { template, file } = defaultDeployment();
  // 500 resources, and a megabyte in S3.
  expect(Object.keys(template.Resources).length).toBeLessThan(450);
  expect(readFileSync(file).length).toBeLessThan(900_000);
});

const linter = spawnSync('cfn-lint', ['--version']).status === 0;
if (!linter) {
  process.stderr.write('cfn-lint is not installed (pip install cfn-lint): the template is NOT linted.\n');
}

(linter ? test : test.skip)(
  'the packaged template passes cfn-lint',
  () => {
    const { stdout, status } = spawnSync('cfn-lint', ['--format', 'json', defaultDeployment().file], {
      encoding: 'utf8',
    });
    const findings = z
      .array(z.object({ Level: z.string(), Message: z.string(), Rule: z.object({ Id: z.string() }) }))
      .parse(JSON.parse(stdout));
    expect({ findings, status }).toEqual({ findings: [], status: 0 });
  },
  60_000,
);

describe('an update of the stack of commit 64580a8', () => {
  const old = z
    .object({
      Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) })),
    })
    .parse(
      JSON.parse(readFileSync(new URL('./older-templates/tables-of-64580a8.json', import.meta.url), 'utf8')),
    ).Resources;
  const { withFirstIndexes } = createRequire(import.meta.url)('../../infrastructure/index-steps-plugin.cjs') as {
    withFirstIndexes: (resources: Resources, count: number) => Resources;
  };

  test('in steps of one index replaces no table and is refused nowhere', () => {
    const steps = [2, 3, 4].map((count) => withFirstIndexes(defaultDeployment().template.Resources, count));
    let before: Resources = old;
    for (const after of [...steps, defaultDeployment().template.Resources]) {
      expect(refusedTableUpdates(before, after)).toEqual([]);
      before = after;
    }
  });

  test('at once would be refused, which the rules notice', () => {
    expect(refusedTableUpdates(old, defaultDeployment().template.Resources)).toEqual([
      'OrdersTable: by-status, by-owner, saga-due, by-parked-refund are too many indexes at once',
    ]);
  });

  test('with another key or name would replace a table, which the rules notice', () => {
    const { OrdersTable } = defaultDeployment().template.Resources;
    const changed = {
      ...OrdersTable?.Properties,
      TableName: 'others',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
    };
    expect(
      refusedTableUpdates(
        { OrdersTable: OrdersTable ?? { Type: '', Properties: {} } },
        { OrdersTable: { Type: 'AWS::DynamoDB::Table', Properties: changed } },
      ),
    ).toEqual([
      'OrdersTable: is replaced, because TableName changes',
      'OrdersTable: is replaced, because KeySchema changes',
    ]);
  });

  test('with a wrong number of indexes is refused in words', () => {
    expect(() => withFirstIndexes(old, Number('some'))).toThrow('The parameter indexes must be all, or the number');
  });
});

// A table whose own creation is rolled back is empty, and would be in the way of the next deployment.
test('each table keeps its data when the stack goes or replaces it, and goes with a deployment that failed', () => {
  const tables = Object.entries(defaultDeployment().template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::DynamoDB::Table',
  );
  expect(tables.length).toBeGreaterThan(5);
  for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of tables) {
    expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'RetainExceptOnCreate', 'Retain']);
  }
});

test('a scheduled run that fails, or cannot begin, is not repeated beside the next one', () => {
  const rule = z.object({ Targets: z.array(z.object({ Arn: z.object({ 'Fn::GetAtt': z.array(z.string()) }) })) });
  const resources = Object.values(defaultDeployment().template.Resources);
  const scheduled = resources
    .filter(({ Type }) => Type === 'AWS::Events::Rule')
    .flatMap(({ Properties }) => rule.parse(Properties).Targets.map(({ Arn }) => Arn['Fn::GetAtt'][0]));
  const configurations = resources
    .filter(({ Type }) => Type === 'AWS::Lambda::EventInvokeConfig')
    .map(({ Properties }) => Properties);
  expect(scheduled.length).toBeGreaterThan(3);
  expect(configurations).toHaveLength(scheduled.length);
  expect(configurations).toMatchObject(
    scheduled.map((id) => ({
      FunctionName: { Ref: id },
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    })),
  );
});
