import { randomUUID } from 'node:crypto';
import { CreateStateMachineCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StepFunctionsServer, startStepFunctionsServer } from 'resilient-stepfunctions';
import { eventually } from '../embedded/eventually.ts';
import { createStepFunctions } from '../functions/clients/aws.ts';
import { sagaHistorySchema } from '../functions/http/contract/saga-history.ts';
import { createHandler } from '../functions/http/saga-history.ts';
import type { Refund } from '../functions/orders/refunds/refund.ts';
import { createSagaHistory } from '../functions/orders/saga-history.ts';
import { httpEvent, read } from './support/http-event.ts';
import { type HttpServer, startHttpServer } from './support/http-server.ts';
import { confirmedOrder, testOrder } from './support/order.ts';
import { withOrderTable } from './support/order-fixtures.ts';

// The real engine, with a small saga that parks.
const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Reserve',
  States: {
    Reserve: { Type: 'Pass', Output: { task_token: 'token-secret', count: 2 }, Next: 'Capture' },
    Capture: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'none', Payload: { order_id: 'o', method: 'tok_secret' } },
      Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1, IntervalSeconds: 1 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Park' }],
      Next: 'Done',
    },
    Park: { Type: 'Fail', Error: 'NeedsAttentionError', Cause: 'Capture gave up' },
    Done: { Type: 'Succeed' },
  },
};

const REFUND: Refund = {
  amount_minor: 500,
  restock: false,
  reason: 'test',
  status: 'REQUESTED',
  requested_at: '2026-11-28T12:00:00.000Z',
};

const database = withOrderTable();
let lambda: HttpServer;
let engine: StepFunctionsServer;
let client: ReturnType<typeof createStepFunctions>;
let stateMachineArn: string;
let refundSagaArn: string;

beforeAll(async () => {
  lambda = await startHttpServer((_, response) => {
    response.writeHead(200, { 'x-amz-function-error': 'Unhandled' });
    response.end(JSON.stringify({ errorType: 'RetryableError', errorMessage: 'the payment service hangs' }));
  });
  engine = await startStepFunctionsServer({ dataDir: ':memory:', lambdaEndpoint: lambda.url });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = createStepFunctions({ endpoint: engine.url, region: 'us-east-1', credentials });
  [stateMachineArn, refundSagaArn] = [await createSaga('order-saga'), await createSaga('refund-saga')];
});

async function createSaga(name: string): Promise<string> {
  const roleArn = 'arn:aws:iam::000000000000:role/saga';
  const created = await client.send(
    new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(DEFINITION) }),
  );
  return created.stateMachineArn ?? '';
}

afterAll(async () => {
  client?.destroy();
  await engine?.close();
  await lambda?.close();
});

function show(query: Readonly<Record<string, string>>, role = 'operator') {
  const handler = createHandler(() => ({
    table: database.table,
    history: createSagaHistory(client, stateMachineArn),
    refundHistory: createSagaHistory(client, refundSagaArn),
  }));
  return handler(httpEvent({ query, owner: 'olaf', role })).then(read);
}

describe('GET /orders/saga', () => {
  test('shows every state with status, attempts and error, and no task token or payment method', async () => {
    const { order_id } = await database.written(testOrder());
    await client.send(new StartExecutionCommand({ stateMachineArn, name: order_id, input: '{"method":"tok_secret"}' }));
    const answer = await eventually(
      async () => {
        const { data } = await show({ order_id });
        const shown = sagaHistorySchema.parse(data);
        return shown.execution.status === 'FAILED' ? shown : undefined;
      },
      { withinMs: 15_000 },
    );
    expect(answer).toMatchObject({
      order_id,
      run: 0,
      runs: 1,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      execution: {
        name: order_id,
        error: { name: 'NeedsAttentionError', message: 'Capture gave up' },
        start_at: 'Reserve',
      },
    });
    const states = new Map(answer.execution.states.map((state) => [state.name, state]));
    expect(states.get('Reserve')).toMatchObject({ status: 'SUCCEEDED', next: ['Capture'], output: { count: 2 } });
    expect(states.get('Capture')).toMatchObject({ status: 'CAUGHT', attempts: 2 });
    expect(states.get('Capture')?.error).toEqual({ name: 'RetryableError', message: 'the payment service hangs' });
    expect(states.get('Park')).toMatchObject({ status: 'FAILED' });
    expect(states.get('Done')).toMatchObject({ status: 'NOT_REACHED' });
    expect(JSON.stringify(answer)).not.toMatch(/token-secret|tok_secret/);
  });

  test('says where Step Functions does not know the execution', async () => {
    const { order_id } = await database.written(testOrder());
    expect((await show({ order_id })).data).toMatchObject({ execution: { status: 'NOT_FOUND', states: [] } });
  });

  test('knows no unknown order and no run that there was not', async () => {
    expect(await show({ order_id: testOrder().order_id })).toMatchObject({ statusCode: 404 });
    const { order_id } = await database.written(testOrder());
    expect(await show({ order_id, run: '1' })).toMatchObject({ statusCode: 404 });
    expect(await show({ order_id, run: 'x' })).toMatchObject({ statusCode: 400 });
  });

  test('shows the saga of a refund, of its last run or of an earlier one, with the trace of the request for it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const refund_id = randomUUID();
    const { order_id } = await database.written(
      confirmedOrder({ refunds: { [refund_id]: { ...REFUND, traceparent, run: 1 } } }),
    );
    const name = `${refund_id}-1`;
    await client.send(new StartExecutionCommand({ stateMachineArn: refundSagaArn, name, input: '{}' }));
    const { data } = await show({ order_id, refund_id });
    expect(sagaHistorySchema.parse(data)).toMatchObject({
      order_id,
      refund_id,
      run: 1,
      runs: 2,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      execution: { name, start_at: 'Reserve' },
    });
    expect((await show({ order_id, refund_id, run: '0' })).data).toMatchObject({
      execution: { name: refund_id, status: 'NOT_FOUND' },
    });
    expect(await show({ order_id, refund_id, run: '2' })).toMatchObject({ statusCode: 404 });
  });

  test('knows no refund that the order does not have, not of another order either', async () => {
    const { order_id } = await database.written(confirmedOrder());
    const others = randomUUID();
    await database.written(confirmedOrder({ refunds: { [others]: REFUND } }));
    for (const refund_id of [randomUUID(), others, 'constructor']) {
      const unknown = { statusCode: 404, meta: { code: 'REFUND_NOT_FOUND' } };
      expect(await show({ order_id, refund_id })).toMatchObject(unknown);
    }
    expect(await show({ order_id, refund_id: '' })).toMatchObject({ statusCode: 400 });
    expect(await show({ order_id: testOrder().order_id, refund_id: others })).toMatchObject({
      meta: { code: 'ORDER_NOT_FOUND' },
    });
  });

  test('is not for customers, not of their own orders either', async () => {
    const { order_id } = await database.written(testOrder({ owner: 'olaf' }));
    expect(await show({ order_id }, 'customer')).toMatchObject({ statusCode: 403 });
  });
});
