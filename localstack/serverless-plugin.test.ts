import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod';

const plugin = z
  .custom<new (serverless: unknown) => { readonly hooks: Readonly<Record<string, () => void>> }>()
  .parse(createRequire(import.meta.url)('./serverless-plugin.cjs'));

let endpoint: string | undefined;
beforeEach(() => {
  endpoint = process.env.AWS_ENDPOINT_URL;
});
afterEach(() => {
  if (endpoint === undefined) {
    delete process.env.AWS_ENDPOINT_URL;
  } else {
    process.env.AWS_ENDPOINT_URL = endpoint;
  }
});

function serviceWith(resources: Readonly<Record<string, { Type: string; Properties: object }>>) {
  return {
    getProvider: () => ({ getAwsSdkV3Config: async () => ({}) }),
    service: { provider: { compiledCloudFormationTemplate: { Resources: { ...resources } } } },
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
