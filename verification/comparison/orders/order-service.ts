import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ChannelCredentials } from '@grpc/grpc-js';
import { createDynamoDb } from '../../../functions/clients/aws.ts';
import { createInventoryClient } from '../../../functions/clients/inventory-client.ts';
import { createPaymentClient } from '../../../functions/clients/payment-client.ts';
import { RetryableError } from '../../../functions/common/errors.ts';
import type { Order } from '../../../functions/orders/order.ts';
import { createHandler as authorizePayment } from '../../../functions/saga/authorize-payment.ts';
import { createHandler as capturePayment } from '../../../functions/saga/capture-payment.ts';
import { createHandler as commitInventory } from '../../../functions/saga/commit-inventory.ts';
import { createHandler as releaseInventory } from '../../../functions/saga/release-inventory.ts';
import { createHandler as reserveInventory } from '../../../functions/saga/reserve-inventory.ts';
import { createHandler as voidPayment } from '../../../functions/saga/void-payment.ts';
import { AwsCalls } from '../../bench/aws-calls.ts';
import { type CarryOut, PlainSaga } from '../../bench/plain-saga.ts';

// The order saga as a workflow of Restate: the same functions in this process, the same services, writes and order of steps.
// Every step is a `run`; what was done is undone in reverse where a step is refused, as Restate's guide to sagas does.

const { PORT, SDK, STAGE = 'dev', DYNAMODB = '', INVENTORY = '', PAYMENT = '' } = process.env;

/** The part of Restate's SDK that is used; the SDK is installed when the comparison runs. */
interface Sdk {
  readonly workflow: (definition: unknown) => unknown;
  readonly serve: (options: { readonly services: readonly unknown[]; readonly port: number }) => Promise<unknown>;
  readonly TerminalError: new (message: string) => Error;
}

interface WorkflowContext {
  readonly run: (name: string, work: () => Promise<unknown>) => Promise<unknown>;
}

const sdk = createRequire(`${SDK}/package.json`).resolve('@restatedev/restate-sdk');
const restate = (await import(pathToFileURL(sdk).href)) as Sdk;

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const grpc = { credentials: ChannelCredentials.createInsecure(), deadlineMs: 5_000, maxConcurrentCalls: 100 };
const inventory = createInventoryClient({ ...grpc, target: INVENTORY });
const payment = createPaymentClient({ ...grpc, target: PAYMENT });
const dynamodb = new AwsCalls(DYNAMODB);
const ordersTable = `orders-${STAGE}`;

const release = releaseInventory(() => inventory);
const table = {
  client: createDynamoDb({ endpoint: DYNAMODB, region: 'us-east-1', credentials: CREDENTIALS }),
  name: ordersTable,
};
const undo = voidPayment(
  () => payment,
  () => table,
);
const functions: Readonly<Record<string, (payload: unknown) => Promise<unknown>>> = {
  reserveInventory: reserveInventory(() => inventory),
  authorizePayment: authorizePayment(() => payment),
  capturePayment: capturePayment(() => payment),
  commitInventory: commitInventory(() => inventory),
};

const saga = new PlainSaga({
  dynamodb,
  lambda: {
    invoke: (functionName, payload) => {
      const found = functions[functionName.replace(`orders-${STAGE}-`, '')];
      return found === undefined ? Promise.reject(new Error(`no function ${functionName}`)) : found(payload);
    },
  },
  stage: STAGE,
});

/** What undoes a step, by the step. A step whose outcome is unknown is undone too. */
const COMPENSATIONS: Readonly<Record<string, (payload: unknown) => Promise<unknown>>> = {
  ReserveInventory: release,
  AuthorizePayment: undo,
};

async function placeOrder(order: Order): Promise<void> {
  await dynamodb.call('dynamodb', 'PutItem', {
    TableName: ordersTable,
    Item: marshall(order, { removeUndefinedValues: true }),
  });
}

async function runOrder(context: WorkflowContext, order: Order): Promise<void> {
  const begun: string[] = [];
  const carryOut: CarryOut = (step, work) => {
    begun.unshift(step);
    return context.run(step, () => work().catch(refused));
  };
  try {
    await context.run('PlaceOrder', () => placeOrder(order));
    await saga.run(order, carryOut);
  } catch (error) {
    if (!(error instanceof restate.TerminalError)) {
      throw error;
    }
    for (const step of begun) {
      const compensate = COMPENSATIONS[step];
      if (compensate !== undefined) {
        await context.run(`undo ${step}`, () => compensate({ ...order, reason: 'the order was refused' }));
      }
    }
    throw error;
  }
}

/** Restate repeats every error but terminal ones, for ever. */
function refused(error: unknown): never {
  throw error instanceof RetryableError ? error : new restate.TerminalError(String(error));
}

const workflow = restate.workflow({ name: 'OrderSaga', handlers: { run: runOrder } });
await restate.serve({ services: [workflow], port: Number(PORT) });
