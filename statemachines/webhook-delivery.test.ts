import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import validator from 'asl-validator';
import { type StepFunctionsServer, startStepFunctionsServer } from 'resilient-stepfunctions';
import { eventually } from '../embedded/eventually.ts';
import { parseYaml } from '../tests/support/yaml.ts';

const text = JSON.stringify(
  parseYaml(readFileSync(new URL('./webhook-delivery.asl.yaml', import.meta.url), 'utf8')),
).replaceAll(/\$\{\w+Arn\}/g, 'arn:aws:lambda:us-east-1:000000000000:function:deliver');
const INPUT = { webhook_id: 'wh_1', order_id: 'o-1', run: 7 };

let lambda: Server;
let engine: StepFunctionsServer;
let client: SFNClient;
let stateMachineArn: string;
/** What the function gets, and what it answers, one after the other; an Error stands for a failed invocation. */
let payloads: unknown[] = [];
let answers: (object | 'fails')[] = [];

beforeAll(async () => {
  lambda = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
    }
    payloads.push(JSON.parse(body));
    const answer = answers.shift() ?? { outcome: 'ENDED' };
    if (answer === 'fails') {
      response.setHeader('x-amz-function-error', 'Unhandled');
      response.end(JSON.stringify({ errorType: 'RetryableError', errorMessage: 'the store does not answer' }));
    } else {
      response.end(JSON.stringify(answer));
    }
  });
  await new Promise<void>((resolve) => lambda.listen(0, '127.0.0.1', resolve));
  const address = lambda.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  engine = await startStepFunctionsServer({
    dataDir: ':memory:',
    lambdaEndpoint: `http://127.0.0.1:${port}`,
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new SFNClient({ endpoint: engine.url, region: 'us-east-1', credentials });
  const created = await client.send(
    new CreateStateMachineCommand({
      name: 'webhook-delivery',
      definition: text,
      roleArn: 'arn:aws:iam::000000000000:role/delivery',
    }),
  );
  stateMachineArn = created.stateMachineArn ?? '';
});
afterAll(async () => {
  client.destroy();
  await engine.close();
  lambda.closeAllConnections();
  await new Promise((resolve) => lambda.close(resolve));
});
beforeEach(() => {
  payloads = [];
});

/** Runs an execution to its end, and returns its status. */
async function run(...given: readonly (object | 'fails')[]): Promise<string | undefined> {
  answers = [...given];
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(INPUT) }),
  );
  let status: string | undefined;
  const hasEnded = async () => {
    ({ status } = await client.send(new DescribeExecutionCommand({ executionArn })));
    return status !== 'RUNNING';
  };
  await eventually(hasEnded, { withinMs: 20_000, pollMs: 20, what: 'the execution has ended' });
  return status;
}

test('the delivery is valid Amazon States Language', () => {
  const { isValid, errorsText } = validator(JSON.parse(text));
  expect(errorsText('\n')).toBe('');
  expect(isValid).toBe(true);
});

test('a queue that is empty ends the execution, and the function gets its number', async () => {
  expect(await run({ outcome: 'ENDED' })).toBe('SUCCEEDED');
  expect(payloads).toEqual([INPUT]);
});

test('the function is asked again at once while there is more to send', async () => {
  expect(await run({ outcome: 'MORE' }, { outcome: 'MORE' }, { outcome: 'ENDED' })).toBe('SUCCEEDED');
  expect(payloads).toEqual([INPUT, INPUT, INPUT]);
});

test('the execution waits as long as the function says', async () => {
  const began = performance.now();
  expect(await run({ outcome: 'WAIT', wait_seconds: 1 }, { outcome: 'ENDED' })).toBe('SUCCEEDED');
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(payloads).toHaveLength(2);
});

test('an invocation that fails is repeated', async () => {
  expect(await run('fails', { outcome: 'ENDED' })).toBe('SUCCEEDED');
  expect(payloads).toHaveLength(2);
});
