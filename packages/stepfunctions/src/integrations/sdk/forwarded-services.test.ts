import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../language/json.ts';
import { startMoto } from '../../testing/moto.ts';
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts';

const moto = await startMoto();
const where = moto === undefined ? describe.skip : describe;
const url = moto?.url ?? '';
const client = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const sqs = new SQSClient(client);

let on: TestServer;
let machines = 0;

beforeAll(async () => {
  const names = ['sns', 'sqs', 's3', 'events', 'kinesis'];
  on = await startTestServer({}, { endpoints: Object.fromEntries(names.map((name) => [name, url])) });
});

afterAll(async () => {
  await on.close();
  sqs.destroy();
  await moto?.close();
});

/** Starts an execution of one task. */
async function start(resource: string, parameters: JsonObject): Promise<string> {
  machines += 1;
  const Call = { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters: parameters, End: true };
  return await on.start(await on.create(`machine-${machines}`, { StartAt: 'Call', States: { Call } }), { name: 'one' });
}

async function outputOf(resource: string, parameters: JsonObject): Promise<JsonObject> {
  const end = await on.end(await start(resource, parameters));
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  return JSON.parse(String(end.output)) as JsonObject;
}

async function typesOf(executionArn: string): Promise<readonly unknown[]> {
  const { events } = await on.call('GetExecutionHistory', { executionArn });
  return (events as JsonObject[]).map(({ type }) => type);
}

async function queue(name: string): Promise<string> {
  return (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '';
}

async function messageIn(QueueUrl: string): Promise<JsonObject> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
  return JSON.parse(Messages[0]?.Body ?? 'null') as JsonObject;
}

where('services at an endpoint (moto)', () => {
  test('a message of sns:publish reaches its subscriber, an object as JSON', async () => {
    const QueueUrl = await queue('subscriber');
    const { TopicArn } = await new SNSClient(client).send(new CreateTopicCommand({ Name: 'orders' }));
    const Endpoint = 'arn:aws:sqs:us-east-1:123456789012:subscriber';
    await new SNSClient(client).send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'order' } };
    const output = await outputOf('sns:publish', { TopicArn: TopicArn ?? '', Message: { id: 7 }, MessageAttributes });
    expect(output).toMatchObject({
      MessageId: expect.any(String),
      SdkHttpMetadata: { HttpStatusCode: 200, AllHttpHeaders: { 'Content-Type': [expect.any(String)] } },
      SdkResponseMetadata: { RequestId: expect.any(String) },
    });
    expect(await messageIn(QueueUrl)).toMatchObject({
      Message: '{"id":7}',
      MessageAttributes: { kind: { Value: 'order' } },
    });
  });

  test('sqs:sendMessage.waitForTaskToken waits for the token that was sent', async () => {
    const QueueUrl = await queue('work');
    const MessageBody = { 'token.$': '$$.Task.Token' };
    const executionArn = await start('sqs:sendMessage.waitForTaskToken', { QueueUrl, MessageBody });
    const { token } = await eventually(async () => (await messageIn(QueueUrl)) ?? undefined);
    // The queue has the message before the engine has the queue's reply.
    await eventually(async () => (await typesOf(executionArn)).includes('TaskSubmitted') || undefined);
    await on.call('SendTaskSuccess', { taskToken: String(token), output: '{"done":true}' });
    expect(await on.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"done":true}' });
    expect(await typesOf(executionArn)).toContain('TaskSucceeded');
  });

  test('events:putEvents takes an object for a detail', async () => {
    const Entries = [{ Source: 'shop', DetailType: 'Order placed', Detail: { id: 7 } }];
    expect(await outputOf('events:putEvents', { Entries })).toMatchObject({
      Entries: [{ EventId: expect.any(String) }],
      FailedEntryCount: 0,
    });
  });

  test('an SDK integration calls an action that only the SDK describes', async () => {
    const rule = { Name: 'hourly', ScheduleExpression: 'rate(1 hour)', Description: { every: 'hour' } };
    expect(await outputOf('aws-sdk:eventbridge:putRule', rule)).toEqual({
      RuleArn: expect.stringMatching(/:rule\/hourly$/),
    });
    const { Rules } = await outputOf('aws-sdk:eventbridge:listRules', {});
    expect(Rules).toMatchObject([{ Name: 'hourly', State: 'ENABLED', Description: '{"every":"hour"}' }]);
  });

  test('an object of S3 comes as text, a large one fails the task', async () => {
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'files' }));
    await outputOf('aws-sdk:s3:putObject', { Bucket: 'files', Key: 'small.json', Body: { a: 1 } });
    expect(await outputOf('aws-sdk:s3:getObject', { Bucket: 'files', Key: 'small.json' })).toMatchObject({
      Body: '{"a":1}',
      ContentLength: 7,
    });
    await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'large', Body: 'x'.repeat(300_000) }));
    const end = await on.end(await start('aws-sdk:s3:getObject', { Bucket: 'files', Key: 'large' }));
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test.each<[string, JsonObject, string, string]>([
    [
      'sns:publish',
      { TopicArn: 'arn:aws:sns:us-east-1:123456789012:none', Message: 'x' },
      'SNS.NotFoundException',
      'Endpoint does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound',
    ],
    [
      'aws-sdk:sns:publish',
      { TopicArn: 'arn:aws:sns:us-east-1:123456789012:none', Message: 'x' },
      'Sns.NotFoundException',
      'Endpoint does not exist (Service: Sns, Status Code: 404, Request ID: ',
    ],
    [
      'aws-sdk:s3:getObject',
      { Bucket: 'nowhere', Key: 'k' },
      'S3.NoSuchBucketException',
      'Service: S3, Status Code: 404',
    ],
    [
      'aws-sdk:eventbridge:describeRule',
      { Name: 'none' },
      'EventBridge.ResourceNotFoundException',
      'Service: EventBridge, Status Code: 400',
    ],
    [
      'aws-sdk:sqs:sendMessage',
      { QueueUrl: 'http://q/1/none', MessageBody: 'x' },
      'Sqs.QueueDoesNotExistException',
      'Sqs',
    ],
    ['aws-sdk:eventbridge:inventRule', {}, 'States.Runtime', 'The service EventBridge has no action inventRule.'],
    ['aws-sdk:kinesis:describeStream', { StreamName: 's' }, 'States.Runtime', 'npm install @aws-sdk/client-kinesis'],
  ])('a refused call of %s %j fails with %s', async (resource, parameters, error, cause) => {
    const end = await on.end(await start(resource, parameters));
    expect(end).toMatchObject({ status: 'FAILED', error, cause: expect.stringContaining(cause) });
  });
});

if (moto === undefined) {
  test.skip('services at an endpoint: python3 has no moto here', () => undefined);
}

test('an endpoint that cannot be reached fails the task with the service’s SdkClientException', async () => {
  const far = await startTestServer({}, { endpoints: { sns: 'http://127.0.0.1:1' }, connectRetrySeconds: 0 });
  const Parameters = { TopicArn: 'arn:aws:sns:us-east-1:123456789012:none', Message: 'x' };
  const Call = { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Parameters, End: true };
  try {
    const end = await far.end(await far.start(await far.create('far', { StartAt: 'Call', States: { Call } })));
    expect(end).toMatchObject({ error: 'SNS.SdkClientException', cause: expect.stringContaining('ECONNREFUSED') });
  } finally {
    await far.close();
  }
});
