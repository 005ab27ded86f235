import { expect, test } from '@jest/globals';
import type { TemplateValue } from './intrinsic-functions.ts';
import { LocalTemplate } from './local-template.ts';

/** CloudFormation's `${name}`. */
function placeholder(name: string): string {
  return `$${'{'}${name}}`;
}

const template = new LocalTemplate(
  {
    OrdersTable: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'orders-dev' } },
    Saga: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineName: 'order-saga-dev' } },
    SagaVersion: {
      Type: 'AWS::StepFunctions::StateMachineVersion',
      Properties: { StateMachineArn: { Ref: 'Saga' } },
    },
    SagaAlias: {
      Type: 'AWS::StepFunctions::StateMachineAlias',
      Properties: { Name: 'live', DeploymentPreference: { StateMachineVersionArn: { Ref: 'SagaVersion' } } },
    },
    SagaRole: { Type: 'AWS::IAM::Role' },
  },
  new Map([['ReserveLambdaFunction', 'orders-dev-reserve']]),
);

test.each<[TemplateValue, string]>([
  [{ Ref: 'OrdersTable' }, 'orders-dev'],
  [{ Ref: 'Saga' }, 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga-dev'],
  [{ Ref: 'SagaAlias' }, 'arn:aws:states:us-east-1:000000000000:stateMachine:order-saga-dev:live'],
  [{ Ref: 'AWS::AccountId' }, '000000000000'],
  [{ 'Fn::GetAtt': ['OrdersTable', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/orders-dev'],
  [{ 'Fn::GetAtt': 'Saga.Name' }, 'order-saga-dev'],
  [{ 'Fn::GetAtt': ['SagaRole', 'Arn'] }, 'arn:aws:iam::000000000000:role/SagaRole'],
  [
    { 'Fn::GetAtt': ['ReserveLambdaFunction', 'Arn'] },
    'arn:aws:lambda:us-east-1:000000000000:function:orders-dev-reserve',
  ],
  [
    { 'Fn::Sub': `${placeholder('OrdersTable.Arn')}/${placeholder('!literal')}` },
    `arn:aws:dynamodb:us-east-1:000000000000:table/orders-dev/${placeholder('literal')}`,
  ],
  [{ 'Fn::Sub': [`${placeholder('Own')}-x`, { Own: { Ref: 'OrdersTable' } }] }, 'orders-dev-x'],
  [{ 'Fn::Join': [':', ['a', { Ref: 'OrdersTable' }]] }, 'a:orders-dev'],
])('the template value %j resolves to %s', (value, resolved) => {
  expect(template.resolve(value, 'here')).toBe(resolved);
});

test.each<[TemplateValue, RegExp]>([
  [{ Ref: 'Nothing' }, /^here\.deep\[0\]: Ref "Nothing"/],
  [{ 'Fn::GetAtt': ['OrdersTable', 'StreamArn'] }, /^here\.deep\[0\]: GetAtt/],
  [{ 'Fn::If': ['a', 'b', 'c'] }, /Fn::If is not supported/],
])('the template value %j is refused with its path', (value, message) => {
  expect(() => template.resolve({ deep: [value] }, 'here')).toThrow(message);
});

test('environment variables resolve to strings', () => {
  expect(template.resolveEnvironment({ TABLE: { Ref: 'OrdersTable' }, LIMIT: 5 }, 'env')).toEqual({
    TABLE: 'orders-dev',
    LIMIT: '5',
  });
  expect(() => template.resolveEnvironment({ BAD: ['a'] }, 'env')).toThrow('env.BAD must be a text');
});
