import { eachOf } from '../common/each-of.ts';
import { RetryableError } from '../common/errors.ts';
import { asError, type Log } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderSaga, orderTable, refundSaga } from '../environment.ts';
import type { Order } from '../orders/order.ts';
import { type ListPosition, listOrders, MAX_PAGE_SIZE, type OrderFilter } from '../orders/order-listing.ts';
import { type OrderTable, readOrder } from '../orders/order-table.ts';
import { type RedriveDependencies, redriveOrder, whyHopeless, whySameCause } from '../orders/redrive.ts';
import { REFUND_STEPS } from '../orders/refunds/refund.ts';
import type { RefundDependencies } from '../orders/refunds/refund-acceptance.ts';
import { refundLedger, refundsOfStatus } from '../orders/refunds/refund-ledger.ts';
import { redriveRefunds } from '../orders/refunds/refund-redrive.ts';
import { MAX_REDRIVES, redriveBody, redriveOrdersOperation } from './contract/redrive-orders.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { readBody } from './request-reading.ts';
import { respond } from './response.ts';

/** Redrives that run at a time: Step Functions throttles more, and an engine on a laptop shares its machine. */
const CONCURRENCY = 5;

/** No further redrive is begun after this time; the function has 28 seconds. */
const BEGIN_WITHIN_MS = 15_000;

/** No further page of parked orders is read after this time; it counts as part of the above. */
const FIND_WITHIN_MS = 10_000;

/** Dependencies of the endpoint. */
export type RedriveOrdersDependencies = RedriveDependencies & RefundDependencies;

/** Makes `POST /orders/redrive`. */
export function createHandler(dependencies: () => RedriveOrdersDependencies): Endpoint {
  return createEndpoint(
    async (request) => {
      const begun = Date.now();
      const body = readBody(request, redriveBody);
      const { table } = dependencies();
      const { candidates, hopeless, more } =
        'order_ids' in body
          ? { candidates: body.order_ids.map((order_id) => ({ order_id })), hopeless: [], more: false }
          : await parkedAt(table, body.parked_step, begun + FIND_WITHIN_MS);
      const ends = begun + BEGIN_WITHIN_MS;
      const outcomes = [
        ...(await redriveAll({ candidates, ends, by: request.owner }, dependencies(), request.log)),
        ...hopeless,
      ];
      const redriven = outcomes.flatMap(({ order_id, why }) => (why === undefined ? [order_id] : []));
      const refused = outcomes.flatMap(({ order_id, why }) => (why === undefined ? [] : [{ order_id, why }]));
      request.log.info('redriven', { redriven: redriven.length, refused: refused.length, by: request.owner });
      return respond(202, { redriven, refused }, { meta: more ? { more } : null });
    },
    { roles: redriveOrdersOperation.roles },
  );
}

interface Outcome {
  readonly order_id: string;
  /** Absent: redriven. */
  readonly why?: string;
}

/** An order to redrive. */
interface Candidate {
  readonly order_id: string;
  /** Its record, where that was read to find it. */
  readonly found?: Order;
}

interface Found {
  readonly candidates: readonly Candidate[];
  /** Parked at the step too, but no redrive helps them. */
  readonly hopeless: readonly Outcome[];
  readonly more: boolean;
}

/** Orders that no redrive helps do not count: there may be thousands, and they would hide the others. */
async function parkedAt(table: OrderTable, step: string, until: number): Promise<Found> {
  const candidates: Candidate[] = [];
  const hopeless: Outcome[] = [];
  const refundStep = REFUND_STEPS.find((each) => each === step);
  const filter: OrderFilter = refundStep === undefined ? { status: 'NEEDS_ATTENTION' } : { refundSteps: [refundStep] };
  let after: ListPosition | undefined;
  do {
    const { orders, next } = await listOrders(table, filter, MAX_PAGE_SIZE, after);
    const now = new Date();
    const parked = orders.filter(
      (order) => (refundStep === undefined ? order.parked_step : order.refund_parked_step) === step,
    );
    for (const order of parked) {
      const { order_id } = order;
      const why = isRefundParked(order) ? whyRefundsTooSoon(order, now) : whyHopeless(order, now);
      if (why === undefined) {
        candidates.push({ order_id, found: order });
      } else {
        hopeless.push({ order_id, why });
      }
    }
    after = next;
  } while (after !== undefined && candidates.length <= MAX_REDRIVES && Date.now() < until);
  return {
    candidates: candidates.slice(0, MAX_REDRIVES),
    hopeless: hopeless.slice(0, MAX_REDRIVES),
    more: after !== undefined || candidates.length > MAX_REDRIVES,
  };
}

/** True where refunds of the order wait for an operator, and the order itself does not. */
function isRefundParked({ status, refund_parked_step }: Order): boolean {
  return refund_parked_step !== undefined && status !== 'NEEDS_ATTENTION';
}

function whyRefundsTooSoon(order: Order, now: Date): string | undefined {
  const reasons = refundsOfStatus(refundLedger(order), 'NEEDS_ATTENTION').map(([, refund]) =>
    whySameCause(refund.redriven, refund.parked_error, now),
  );
  return reasons.includes(undefined) ? undefined : reasons[0];
}

interface ToRedrive {
  readonly candidates: readonly Candidate[];
  /** No further redrive is begun after this time. */
  readonly ends: number;
  readonly by: string | undefined;
}

async function redriveAll(
  { candidates, ends, by }: ToRedrive,
  dependencies: RedriveOrdersDependencies,
  log: Log,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  await eachOf(candidates, CONCURRENCY, async (candidate) => {
    const { order_id } = candidate;
    const outcome =
      Date.now() < ends
        ? await redriveOne(candidate, dependencies, by, log)
        : { order_id, why: 'not reached; ask again' };
    outcomes.set(order_id, outcome);
  });
  return candidates.flatMap(({ order_id }) => outcomes.get(order_id) ?? []);
}

/** One order that cannot be redriven stops no other. */
async function redriveOne(
  candidate: Candidate,
  dependencies: RedriveOrdersDependencies,
  by: string | undefined,
  log: Log,
): Promise<Outcome> {
  const { order_id } = candidate;
  try {
    const why = await whyRefused(candidate, dependencies, by, log);
    return why === undefined ? { order_id } : { order_id, why };
  } catch (error) {
    if (error instanceof RetryableError) {
      log.warn('an order could not be redriven', { order_id, error });
      return { order_id, why: `${error.publicMessage}; ask again` };
    }
    const fault = asError(error);
    log.error('an order cannot be redriven', { order_id, error: fault });
    return { order_id, why: `its redrive failed with ${fault.name}: ${fault.message}` };
  }
}

/** Redrives an order or its refunds. Undefined where it is redriven. */
async function whyRefused(
  { order_id, found }: Candidate,
  dependencies: RedriveOrdersDependencies,
  by: string | undefined,
  log: Log,
): Promise<string | undefined> {
  if (found !== undefined && isRefundParked(found)) {
    return redriveRefunds(found, dependencies, by, log, new Date());
  }
  const redrive = await redriveOrder(order_id, dependencies, by, new Date());
  if (redrive.outcome === 'REDRIVEN') {
    return undefined;
  }
  // Only now, because most are parked themselves: then the record is read once.
  const order = found ?? (await readOrder(dependencies.table, order_id));
  return order !== undefined && isRefundParked(order)
    ? redriveRefunds(order, dependencies, by, log, new Date())
    : redrive.why;
}

/** `POST /orders/redrive`. */
export const handler = createHandler(once(() => ({ table: orderTable(), saga: orderSaga(), refunds: refundSaga() })));
