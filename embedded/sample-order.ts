import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { createDynamoDb } from '../functions/clients/aws.ts';
import { continueTrace } from '../functions/http/http-request.ts';
import { newOrder, sagaInput } from '../functions/orders/new-order.ts';
import { addOrder } from '../functions/orders/order-writes.ts';

/** An order placed at the first start that waits for its payment, so that `/payment/pay` has something to settle. */
export const SAMPLE_ORDER_ID = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';

/** A mug, rather than one of the first items, whose counts a newcomer looks at. */
const SAMPLE_ITEM_ID = 'e7b3c9f2-5a1d-4d68-9f0e-4c2a6b8d7e05';
const TWO_WEEKS_SECONDS = 14 * 24 * 60 * 60;

/**
 * Places the sample order once; later starts leave its status as it is. If an earlier start was interrupted after
 * the order was written, this starts the missing saga.
 */
export async function placeSampleOrder(place: {
  readonly stateMachines: SFNClient;
  readonly stateMachineArn: string;
  readonly ordersTable: string;
}): Promise<void> {
  const client = createDynamoDb();
  const request = {
    orderId: SAMPLE_ORDER_ID,
    lines: [{ item_id: SAMPLE_ITEM_ID, count: 1 }],
    paymentMethod: undefined,
    paymentWindowSeconds: TWO_WEEKS_SECONDS,
    requestedWindowSeconds: TWO_WEEKS_SECONDS,
    traceparent: continueTrace(undefined),
    owner: undefined,
  };
  const { order } = await addOrder({ client, name: place.ordersTable }, newOrder(request, new Date()));
  if (order?.start_pending === 'Y') {
    await startSaga(place, order.order_id, JSON.stringify(sagaInput(order)));
  }
  client.destroy();
}

async function startSaga(
  { stateMachines, stateMachineArn }: { readonly stateMachines: SFNClient; readonly stateMachineArn: string },
  name: string,
  input: string,
): Promise<void> {
  try {
    await stateMachines.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) {
      throw error;
    }
  }
}
