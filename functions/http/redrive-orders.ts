import { RetryableError } from '../common/errors.ts';
import type { Log } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable, refundSaga } from '../environment.ts';
import { type ListPosition, listOrders, MAX_PAGE_SIZE, type OrderFilter } from '../orders/order-listing.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { type RedriveDependencies, redriveOrder } from '../orders/redrive.ts';
import { REFUND_STEPS } from '../orders/refunds/refund.ts';
import type { RefundDependencies } from '../orders/refunds/refund-acceptance.ts';
import { redriveRefunds } from '../orders/refunds/refund-redrive.ts';
import { MAX_REDRIVES, redriveBody, redriveOrdersOperation } from './contract/redrive-orders.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';

/** Redrives that run at a time: Step Functions throttles more, and an engine on a laptop shares its machine. */
const CONCURRENCY = 5;

/** No further redrive is begun after this time; the function has 28 seconds. */
const BEGIN_WITHIN_MS = 15_000;

/** Pages of parked orders that are read to find those of one step. */
const MAX_PAGES = 10;

/** Dependencies of the endpoint. */
export type RedriveOrdersDependencies = RedriveDependencies & RefundDependencies;

/** Makes `POST /orders/redrive`. */
export function createHandler(dependencies: () => RedriveOrdersDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const body = readBody(request, redriveBody);
      const { table } = dependencies();
      const { ids, more } =
        'order_ids' in body ? { ids: body.order_ids, more: false } : await parkedAt(table, body.parked_step);
      const outcomes = await redriveAll(ids, dependencies(), request.owner, request.log);
      const redriven = outcomes.flatMap(({ order_id, why }) => (why === undefined ? [order_id] : []));
      const refused = outcomes.flatMap(({ order_id, why }) => (why === undefined ? [] : [{ order_id, why }]));
      request.log.info('redriven', { redriven: redriven.length, refused: refused.length, by: request.owner });
      return respond(202, { redriven, refused }, { meta: more ? { more } : null });
    },
    { roles: redriveOrdersOperation.roles },
  );
}

async function parkedAt(
  table: OrderTable,
  step: string,
): Promise<{ readonly ids: readonly string[]; readonly more: boolean }> {
  const ids: string[] = [];
  const refundStep = REFUND_STEPS.find((each) => each === step);
  const filter: OrderFilter = refundStep === undefined ? { status: 'NEEDS_ATTENTION' } : { refundSteps: [refundStep] };
  let after: ListPosition | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { orders, next } = await listOrders(table, filter, MAX_PAGE_SIZE, after);
    ids.push(
      ...orders.flatMap(({ order_id, parked_step, refund_parked_step }) =>
        (refundStep === undefined ? parked_step : refund_parked_step) === step ? [order_id] : [],
      ),
    );
    after = next;
    if (after === undefined || ids.length > MAX_REDRIVES) {
      break;
    }
  }
  return { ids: ids.slice(0, MAX_REDRIVES), more: after !== undefined || ids.length > MAX_REDRIVES };
}

interface Outcome {
  readonly order_id: string;
  /** Absent: redriven. */
  readonly why?: string;
}

async function redriveAll(
  ids: readonly string[],
  dependencies: RedriveOrdersDependencies,
  by: string | undefined,
  log: Log,
): Promise<readonly Outcome[]> {
  const ends = Date.now() + BEGIN_WITHIN_MS;
  const outcomes = new Map<string, Outcome>();
  const waiting = ids.values();
  const worker = async (): Promise<void> => {
    for (const order_id of waiting) {
      const outcome =
        Date.now() < ends
          ? await redriveOne(order_id, dependencies, by, log)
          : { order_id, why: 'not reached; ask again' };
      outcomes.set(order_id, outcome);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return ids.flatMap((id) => outcomes.get(id) ?? []);
}

/** One order that cannot be redriven at the moment stops no other. */
async function redriveOne(
  order_id: string,
  dependencies: RedriveOrdersDependencies,
  by: string | undefined,
  log: Log,
): Promise<Outcome> {
  try {
    const order = await readOrder(dependencies.table, order_id);
    if (order?.refund_parked_step !== undefined && order.status !== 'NEEDS_ATTENTION') {
      const why = await redriveRefunds(order, dependencies, by, log, new Date());
      return why === undefined ? { order_id } : { order_id, why };
    }
    const redrive = await redriveOrder(order_id, dependencies, by, new Date());
    return redrive.outcome === 'REDRIVEN' ? { order_id } : { order_id, why: redrive.why };
  } catch (error) {
    if (!(error instanceof RetryableError)) {
      throw error;
    }
    log.warn('an order could not be redriven', { order_id, error });
    return { order_id, why: `${error.publicMessage}; ask again` };
  }
}

/** `POST /orders/redrive`. */
export const handler = createHandler(once(() => ({ table: orderTable(), saga: orderSaga(), refunds: refundSaga() })));
