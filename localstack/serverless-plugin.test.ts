import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod';

const plugin = z
  .custom<new (serverless: unknown) => { readonly hooks: Readonly<Record<string, () => void>> }>()
  .parse(createRequire(import.meta.url)('./serverless-plugin.cjs'));

const VARIABLES = ['AWS_ENDPOINT_URL', 'LOCALSTACK_AUTH_TOKEN'] as const;
let before: Readonly<Record<string, string | undefined>>;
beforeEach(() => {
  before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
});
afterEach(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = before[name];
    }
  }
});

function serviceWith(
  resources: Readonly<Record<string, { Type: string; Properties: object }>>,
  authMode: 'none' | 'api-key' | 'jwt' = 'none',
) {
  return {
    classes: { Error },
    getProvider: () => ({ getAwsSdkV3Config: async () => ({}) }),
    service: { custom: { authMode }, provider: { compiledCloudFormationTemplate: { Resources: { ...resources } } } },
  };
}

test('LocalStack gets the API under a fixed id, without the alarms, their topic and the dashboard', () => {
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
  const serverless = serviceWith({
    ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: {} },
    OrdersParkedAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties: {} },
    Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: {} },
    AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: {} },
    OrdersTable: { Type: 'AWS::DynamoDB::Table', Properties: {} },
  });
  for (const hook of Object.values(new plugin(serverless).hooks)) {
    hook();
  }
  const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
  expect(Object.keys(Resources)).toEqual(['ApiGatewayRestApi', 'OrdersTable']);
  expect(Resources.ApiGatewayRestApi?.Properties).toEqual({ Tags: [{ Key: '_custom_id_', Value: 'orders' }] });
});

test('on AWS the plugin changes nothing', () => {
  delete process.env.AWS_ENDPOINT_URL;
  expect(new plugin(serviceWith({})).hooks).toEqual({});
});

test.each(['api-key', 'jwt'] as const)(
  'a deployment with AUTH_MODE=%s is refused where nobody checks credentials, and taken with a token of LocalStack',
  (authMode) => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
    delete process.env.LOCALSTACK_AUTH_TOKEN;
    const begin = (mode: 'none' | typeof authMode): void =>
      new plugin(serviceWith({}, mode)).hooks['before:package:initialize']?.();
    expect(() => begin(authMode)).toThrow(
      /AWS_ENDPOINT_URL leads to http:\/\/127\.0\.0\.1:4566 .*unset it to deploy to AWS/,
    );
    expect(() => begin(authMode)).toThrow(`AUTH_MODE is '${authMode}', and its free image runs no authorizers`);
    expect(() => begin('none')).not.toThrow();
    process.env.LOCALSTACK_AUTH_TOKEN = 'token';
    expect(() => begin(authMode)).not.toThrow();
  },
);
