import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { parseYaml } from '../tests/support/yaml.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: unknown;
}
interface Role {
  readonly Properties: {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
}
type MakeRoles = (context: {
  readonly resolveVariable: (variable: string) => Promise<unknown>;
}) => Promise<{ readonly Resources: Readonly<Record<string, Role>> }>;

const makeRoles = createRequire(import.meta.url)('./roles.cjs') as MakeRoles;

type Services = 'existing' | 'managed';

/** What roles.cjs asks serverless.yml for. */
function variable(name: string, services: Services): unknown {
  switch (name) {
    case 'self:custom.stage':
      return 'test';
    case 'file(infrastructure/included.cjs):functionVpc, null':
      return services === 'managed' ? {} : null;
    case 'file(infrastructure/included.cjs):tlsSecret':
      return services === 'managed' ? 'orders/test/grpc/functions' : '';
    default:
      throw new Error(`roles.cjs asks for ${name}`);
  }
}

async function statements(services: Services = 'existing'): Promise<ReadonlyMap<string, readonly Statement[]>> {
  const { Resources } = await makeRoles({ resolveVariable: async (name) => variable(name, services) });
  return new Map(
    Object.entries(Resources).map(([name, { Properties }]) => [
      name,
      Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    ]),
  );
}

test('every function has a role, and there is no other role', async () => {
  const described = parseYaml(readFileSync(new URL('./functions.yml', import.meta.url), 'utf8'));
  const wanted = Object.values(described as Record<string, { readonly role: string }>).map(({ role }) => role);
  expect([...(await statements()).keys()].toSorted()).toEqual(wanted.toSorted());
});

test('exactly the functions that call a service are in its network, with the role for it and the certificates', async () => {
  const described = Object.entries(
    parseYaml(readFileSync(new URL('./functions.yml', import.meta.url), 'utf8')) as Record<
      string,
      { readonly role: string; readonly handler: string; readonly vpc?: string }
    >,
  );
  const roles = await statements('managed');
  const calls = ({ handler }: { readonly handler: string }) => {
    const source = readFileSync(new URL(`../${handler.replace(/\.handler$/, '.ts')}`, import.meta.url), 'utf8');
    return /import \{[^}]*\b(inventory|payment|serviceHealth)\b[^}]*\} from '\.\.\/environment\.ts'/.test(source);
  };
  const callers = described.filter(([, definition]) => calls(definition)).map(([key]) => key);
  expect(callers.length).toBeGreaterThan(15);
  expect(described.filter(([, { vpc }]) => vpc !== undefined).map(([key]) => key)).toEqual(callers);
  for (const action of ['ec2:CreateNetworkInterface', 'secretsmanager:GetSecretValue']) {
    const holders = described.filter(([, { role }]) =>
      roles.get(role)?.some(({ Effect, Action }) => Effect === 'Allow' && Action.includes(action)),
    );
    expect([action, holders.map(([key]) => key)]).toEqual([action, callers]);
  }
});

test('the code of a function in the network may not use the network interfaces that Lambda makes for it', async () => {
  const pay = (await statements('managed')).get('PayRole') ?? [];
  const [made, denied] = pay.filter(({ Resource }) => Resource === '*');
  expect([made?.Effect, denied?.Effect, denied?.Action]).toEqual(['Allow', 'Deny', made?.Action]);
  expect(JSON.stringify(denied)).toContain(':function:orders-test-pay');
});

test('no role has a wildcard action or a wildcard resource', async () => {
  const roles = await statements();
  expect(roles.size).toBeGreaterThan(10);
  for (const [role, allowed] of roles) {
    expect([role, allowed.length > 0]).toEqual([role, true]);
    for (const { Effect, Action, Resource } of allowed) {
      expect(Effect).toBe('Allow');
      for (const action of Action) {
        expect(`${role} ${action}`).not.toContain('*');
      }
      expect(`${role} ${JSON.stringify(Resource)}`).not.toMatch(/"\*"|:\*:\*/);
    }
  }
});

test('each role has only the table and saga actions that its function calls', async () => {
  const actions = new Map(
    [...(await statements())].map(([role, allowed]) => [
      role,
      allowed.flatMap(({ Action }) => Action).filter((action) => !action.startsWith('logs:')),
    ]),
  );
  expect(Object.fromEntries([...actions].filter(([, allowed]) => allowed.length > 0))).toEqual({
    PlaceOrderRole: [
      'dynamodb:PutItem',
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'states:StartExecution',
      'states:DescribeExecution',
    ],
    OrderStatusRole: ['dynamodb:GetItem'],
    RedriveOrdersRole: [
      'dynamodb:Query',
      'dynamodb:Query',
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'states:StartExecution',
      'states:StartExecution',
      'states:DescribeExecution',
      'states:RedriveExecution',
      'states:DescribeExecution',
      'states:RedriveExecution',
    ],
    RefundOrderRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:StartExecution'],
    AbandonOrderRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:StartExecution', 'states:DescribeExecution'],
    SagaHistoryRole: [
      'dynamodb:GetItem',
      'states:DescribeExecution',
      'states:GetExecutionHistory',
      'states:DescribeStateMachineForExecution',
      'states:DescribeExecution',
      'states:GetExecutionHistory',
      'states:DescribeStateMachineForExecution',
    ],
    ListOrdersRole: ['dynamodb:Query', 'dynamodb:Query', 'dynamodb:Query', 'dynamodb:BatchGetItem'],
    OrderSummaryRole: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Query'],
    CancelOrderRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:SendTaskFailure'],
    ReadyRole: ['dynamodb:GetItem', 'states:DescribeStateMachine'],
    PaymentEventsRole: [
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'states:SendTaskSuccess',
      'states:SendTaskFailure',
      'states:DescribeExecution',
    ],
    ShowPaymentActionRole: ['dynamodb:GetItem'],
    PayRole: [
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'states:SendTaskSuccess',
      'states:SendTaskFailure',
      'states:DescribeExecution',
    ],
    CreateWebhookRole: ['dynamodb:Scan', 'dynamodb:PutItem'],
    ListWebhooksRole: ['dynamodb:Scan'],
    DeleteWebhookRole: ['dynamodb:DeleteItem'],
    RenewWebhookSecretRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    VoidPaymentRole: ['dynamodb:UpdateItem'],
    WebhookDeliveriesRole: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:BatchGetItem'],
    ReplayWebhookRole: [
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'dynamodb:Query',
      'dynamodb:Query',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:BatchGetItem',
      'states:StartExecution',
    ],
    ResumeWebhookDeliveriesRole: ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:StartExecution'],
    DeliverWebhookRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    AwaitPaymentRole: ['dynamodb:UpdateItem'],
    ResumeOrderRole: ['dynamodb:GetItem'],
    RecordRefundRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    ReconcileOrdersRole: [
      'dynamodb:Query',
      'dynamodb:Query',
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'states:StartExecution',
      'states:SendTaskSuccess',
      'states:SendTaskFailure',
      'states:StartExecution',
      'states:DescribeExecution',
      'states:DescribeExecution',
    ],
    ReconcilePaymentsRole: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
    ReportMetricsRole: ['dynamodb:GetItem', 'dynamodb:Query'],
    StartStrandedOrdersRole: [
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'states:StartExecution',
      'states:DescribeExecution',
    ],
    PublishOrderEventsRole: [
      'dynamodb:Scan',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'states:StartExecution',
      'events:PutEvents',
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:BatchGetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    ],
  });
});

test('a role may write to its own function’s log only', async () => {
  const roles = await statements();
  expect(roles.size).toBeGreaterThan(10);
  for (const [role, [log]] of roles) {
    const key = role.replace(/Role$/, '');
    expect(log?.Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    expect(JSON.stringify(log?.Resource)).toContain(
      `/aws/lambda/orders-test-${key[0]?.toLowerCase()}${key.slice(1)}:*`,
    );
  }
});
