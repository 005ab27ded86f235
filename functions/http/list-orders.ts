import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ForbiddenError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable } from '../environment.ts';
import type { Order } from '../orders/order.ts';
import { type ListPosition, listOrders, type OrderFilter } from '../orders/order-listing.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { REFUND_STEPS } from '../orders/refunds/refund.ts';
import { listOrdersQuery, type orderListSchema } from './contract/list-orders.ts';
import { cursorOf, readCursor } from './cursor.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { HttpRequest } from './http-request.ts';
import { isOperator } from './order-view.ts';
import { readQuery } from './request-reading.ts';
import { respond } from './response.ts';

/** Dependencies of the endpoint. */
export interface ListOrdersDependencies {
  readonly table: OrderTable;
}

type OrderList = z.infer<typeof orderListSchema>;

/** Makes `GET /orders`. */
export function createHandler(dependencies: () => ListOrdersDependencies): Endpoint {
  return createEndpoint(async (request) => {
    const { limit, cursor, ...query } = readQuery(request, listOrdersQuery);
    const filter: OrderFilter = {
      status: query.status,
      owner: visibleOwner(request, query.owner),
      refundSteps: query.refunds === undefined ? undefined : parkedRefunds(request),
      from: query.from === undefined ? undefined : new Date(query.from),
      to: query.to === undefined ? undefined : new Date(query.to),
    };
    const after = cursor === undefined ? undefined : readCursor(cursor, (value) => positionUnder(filter, value));
    const { orders, next } = await listOrders(dependencies().table, filter, limit, after);
    const list: OrderList = {
      orders: orders.map((order) => listedOrder(order, isOperator(request))),
      ...(next !== undefined && { next_cursor: cursorFor(next, filter) }),
    };
    return respond(200, list);
  });
}

/** The owner whose orders the caller may list; undefined for all orders. @throws ForbiddenError */
function visibleOwner(request: HttpRequest, wanted: string | undefined): string | undefined {
  if (isOperator(request)) {
    return wanted;
  }
  if (request.owner === undefined || (wanted !== undefined && wanted !== request.owner)) {
    throw new ForbiddenError('that is not allowed');
  }
  return request.owner;
}

/** Every step at which a refund may be parked. @throws ForbiddenError */
function parkedRefunds(request: HttpRequest): typeof REFUND_STEPS {
  if (!isOperator(request)) {
    throw new ForbiddenError('that is not allowed');
  }
  return REFUND_STEPS;
}

function listedOrder(order: Order, forOperators: boolean): OrderList['orders'][number] {
  const { order_id, status, amount_minor, currency, created_at, updated_at, reason } = order;
  const { owner, parked_step, refund_parked_step } = order;
  return {
    order_id,
    status,
    ...(amount_minor !== undefined && { amount: { value: amount_minor, currency } }),
    created_at,
    updated_at,
    ...((forOperators || status !== 'NEEDS_ATTENTION') && { reason }),
    ...(forOperators && { owner, parked_step, refund_parked_step }),
  };
}

const cursorSchema = z.strictObject({
  /** Digest of the filter. */
  f: z.string(),
  /** createdAt and lastIds of the position. */
  t: z.iso.datetime({ precision: 3 }),
  l: z.record(z.string().min(1).max(255), z.uuid()).refine((ids) => Object.keys(ids).length <= 10),
});

/** Says nothing of the filter itself, so that no cursor leads to orders of others. */
function cursorFor({ createdAt, lastIds }: ListPosition, filter: OrderFilter): string {
  return cursorOf({ f: digest(filter), t: createdAt, l: lastIds } satisfies z.infer<typeof cursorSchema>);
}

/** Undefined for a position under another filter. */
function positionUnder(filter: OrderFilter, value: unknown): ListPosition | undefined {
  const { data } = cursorSchema.safeParse(value);
  return data?.f === digest(filter) ? { createdAt: data.t, lastIds: data.l } : undefined;
}

function digest({ status, owner, refundSteps, from, to }: OrderFilter): string {
  const parts = JSON.stringify([
    status ?? null,
    owner ?? null,
    from?.getTime() ?? null,
    to?.getTime() ?? null,
    ...(refundSteps ?? []),
  ]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 16);
}

/** `GET /orders`. */
export const handler = createHandler(once(() => ({ table: orderTable() })));
