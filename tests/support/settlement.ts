import { ChannelCredentials } from '@grpc/grpc-js';
import { createPaymentClient, type PaymentClient } from '../../functions/clients/payment-client.ts';
import { startOrderTable, type TestOrderTable } from './orders-table.ts';
import { startPayment, type TestPayment } from './payment.ts';
import { type StepFunctionsRecorder, startStepFunctionsRecorder } from './step-functions-recorder.ts';

/** What a payment over HTTP works with: a real orders table, the real Payment service, and a recorder in place of Step Functions. */
export interface SettlementSurroundings {
  readonly database: TestOrderTable;
  readonly stepFunctions: StepFunctionsRecorder;
  readonly service: TestPayment;
  readonly payment: PaymentClient;
  readonly close: () => Promise<void>;
}

/** Starts all of it. */
export async function startSettlementSurroundings(): Promise<SettlementSurroundings> {
  const [database, stepFunctions, service] = await Promise.all([
    startOrderTable(),
    startStepFunctionsRecorder(),
    startPayment(),
  ]);
  const payment = createPaymentClient({
    target: `127.0.0.1:${service.port}`,
    credentials: ChannelCredentials.createInsecure(),
    deadlineMs: 5_000,
    maxConcurrentCalls: 100,
  });
  return {
    database,
    stepFunctions,
    service,
    payment,
    close: async () => {
      payment.close();
      await Promise.all([service.close(), stepFunctions.close(), database.close()]);
    },
  };
}
