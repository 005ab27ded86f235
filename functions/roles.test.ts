import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

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
  readonly resolveVariable: () => Promise<string>;
}) => Promise<{ readonly Resources: Readonly<Record<string, Role>> }>;

const makeRoles = createRequire(import.meta.url)('./roles.cjs') as MakeRoles;

async function statements(): Promise<ReadonlyMap<string, readonly Statement[]>> {
  const { Resources } = await makeRoles({ resolveVariable: async () => 'test' });
  return new Map(
    Object.entries(Resources).map(([name, { Properties }]) => [
      name,
      Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    ]),
  );
}

test('every function has a role, and there is no other role', async () => {
  const described = parse(readFileSync(new URL('./functions.yml', import.meta.url), 'utf8'), { logLevel: 'silent' });
  const wanted = Object.values(described as Record<string, { readonly role: string }>).map(({ role }) => role);
  expect([...(await statements()).keys()].toSorted()).toEqual(wanted.toSorted());
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
    ],
    ListOrdersRole: ['dynamodb:Query', 'dynamodb:Query', 'dynamodb:Query', 'dynamodb:BatchGetItem'],
    OrderSummaryRole: ['dynamodb:GetItem', 'dynamodb:Query'],
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
