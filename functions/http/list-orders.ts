import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ForbiddenError, InvalidRequestError } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { orderTable } from '../environment.ts';
import type { Order } from '../orders/order.ts';
import { type ListPosition, listOrders, type OrderFilter } from '../orders/order-listing.ts';
import type { OrderTable } from '../orders/order-table.ts';
import { REFUND_STEPS } from '../orders/refunds/refund.ts';
import { listOrdersQuery, type orderListSchema } from './contract/list-orders.ts';
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
    const after = cursor === undefined ? undefined : readCursor(cursor, filter);
    const { orders, next } = await listOrders(dependencies().table, filter, limit, after);
    const list: OrderList = {
      orders: orders.map((order) => listedOrder(order, isOperator(request))),
      ...(next !== undefined && { next_cursor: writeCursor(next, filter) }),
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

/** A position as an opaque text. It says nothing of the filter, so that no position leads to orders of others. */
function writeCursor({ createdAt, lastIds }: ListPosition, filter: OrderFilter): string {
  const cursor = { f: digest(filter), t: createdAt, l: lastIds } satisfies z.infer<typeof cursorSchema>;
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws InvalidRequestError for a text that is no cursor, or that of another filter */
function readCursor(text: string, filter: OrderFilter): ListPosition {
  const parsed = cursorSchema.safeParse(parsedJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data.f !== digest(filter)) {
    throw new InvalidRequestError([
      { path: 'cursor', message: 'must be the next_cursor of an answer to the same query; leave it out to start anew' },
    ]);
  }
  return { createdAt: parsed.data.t, lastIds: parsed.data.l };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not a cursor: the schema refuses it.
    return undefined;
  }
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
