import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StepFunctionsServer, startStepFunctionsServer } from 'resilient-stepfunctions';

const order = {
  StartAt: 'Charge',
  States: {
    Charge: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'charge', 'Payload.$': '$' },
      Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 30 }],
      ResultSelector: { 'receipt.$': '$.Payload.receipt' },
      Next: 'Notify',
    },
    Notify: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sns:publish',
      Parameters: { TopicArn: 'arn:aws:sns:us-east-1:000000000000:orders', 'Message.$': '$' },
      ResultPath: null,
      End: true,
    },
  },
};
let server: StepFunctionsServer;

beforeAll(async () => {
  const mockConfig = new URL('mocks.json', import.meta.url).pathname;
  server = await startStepFunctionsServer({ dataDir: ':memory:', mockConfig, waitScale: 0.001 });
});

afterAll(() => server.close());

test('an order is paid although the first charge finds the function busy', async () => {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new SFNClient({ endpoint: server.url, region: 'us-east-1', credentials });
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: 'order',
      roleArn: 'arn:aws:iam::000000000000:role/any',
      definition: JSON.stringify(order),
    }),
  );
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}#Paid` }));
  for (;;) {
    const { status, output } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      expect([status, output]).toEqual(['SUCCEEDED', '{"receipt":7}']);
      return;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
});
