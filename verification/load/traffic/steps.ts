import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { ORDER_STATUSES } from '../../../functions/orders/order-status.ts';
import {
  ArtilleryRecorder,
  type HttpResponse,
  type RequestSettings,
  type VirtualUser,
  type VirtualUserVariables,
} from './artillery-recorder.ts';
import { chooseBasket, chooseContendedBasket, readTrafficPlan, type WantedLine } from './traffic-plan.ts';

// Artillery finds these functions by the names that verification/load/scenarios/orders.yml gives them.

const plan = readTrafficPlan();
const recorder = new ArtilleryRecorder(plan.exchange_log);
const orderAnswer = z.object({
  data: z.object({
    order_id: z.string(),
    status: z.enum(ORDER_STATUSES),
    payment: z.object({ action_url: z.url().optional() }).optional(),
  }),
});

/** Before /orders/place: the user's basket and key, the same again when the request is repeated. */
export async function fillBasket(request: RequestSettings, user: VirtualUser): Promise<void> {
  user.vars.basket ??= chooseBasket(plan);
  place(request, user.vars, user.vars.basket);
}

/** Before /orders/place: a basket with a contended item. */
export async function fillContendedBasket(request: RequestSettings, user: VirtualUser): Promise<void> {
  user.vars.basket ??= chooseContendedBasket(plan);
  place(request, user.vars, user.vars.basket);
}

/** Before /orders/place: the user's key again, but one more piece of everything. */
export async function fillOtherBasket(request: RequestSettings, user: VirtualUser): Promise<void> {
  const basket = user.vars.basket ?? chooseBasket(plan);
  place(
    request,
    user.vars,
    basket.map(({ id, count }) => ({ id, count: count + 1 })),
  );
}

/** Before every request: starts the clock of its answer. */
export async function startClock(request: RequestSettings): Promise<void> {
  recorder.sent(request);
}

/** After every answer: records it and remembers the user's order. */
export async function recordAnswer(request: RequestSettings, response: HttpResponse, user: VirtualUser): Promise<void> {
  const body = recorder.answered(request, response, user);
  user.vars.until_next_look = untilNextLook(response, user.vars);
  const order = orderAnswer.safeParse(body);
  if (!order.success) {
    return;
  }
  user.vars.order_id = order.data.data.order_id;
  user.vars.order_status = order.data.data.status;
  const actionUrl = order.data.data.payment?.action_url;
  if (actionUrl !== undefined) {
    user.vars.action_url = actionUrl;
    user.vars.reference = new URL(actionUrl).searchParams.get('reference') ?? '';
  }
}

/** After every request without an answer. Artillery calls this function with a callback only. */
export function recordSilence(
  error: Error,
  request: RequestSettings,
  user: VirtualUser,
  _events: unknown,
  done: () => void,
): void {
  recorder.unanswered(request, error, user);
  done();
}

/** Condition of a step: the user's order was accepted. */
export function isAccepted(vars: VirtualUserVariables): boolean {
  return vars.order_id !== undefined;
}

/** Condition of a step: the user's order waits for its payment. */
export function isPaymentAwaited(vars: VirtualUserVariables): boolean {
  return vars.order_status === 'AWAITING_PAYMENT';
}

/** Condition of a step: the user's payment waits to be confirmed. */
export function isCustomerAsked(vars: VirtualUserVariables): boolean {
  return vars.action_url !== undefined;
}

/** Condition of a loop: the order does not await its payment yet, and the user has not looked too often. */
export function isPaymentNotYetAwaited(user: VirtualUser, done: (goOn: boolean) => void): void {
  user.vars.looks = (user.vars.looks ?? 0) + 1;
  const onItsWay = user.vars.order_status === 'PENDING' || user.vars.order_status === 'RESERVED';
  done(onItsWay && user.vars.looks < 40);
}

/** Condition of a step: the user's order can be refunded. */
export function isConfirmed(vars: VirtualUserVariables): boolean {
  return vars.order_status === 'CONFIRMED';
}

/** Condition of a loop: the order may still be confirmed, and the user has not looked too often. */
export function isNotYetConfirmed(user: VirtualUser, done: (goOn: boolean) => void): void {
  user.vars.looks = (user.vars.looks ?? 0) + 1;
  const { order_status: status } = user.vars;
  const onItsWay = status === 'PENDING' || status === 'RESERVED' || status === 'AUTHORIZED' || status === 'PAID';
  done(onItsWay && user.vars.looks < 40);
}

/**
 * Customers with an order ask four times a second, unless the API asks them to wait. Artillery needs the unit: it takes 0.25 for
 * a millisecond.
 */
function untilNextLook({ headers }: HttpResponse, { order_id }: VirtualUserVariables): string {
  const wait = order_id === undefined ? undefined : headers['retry-after'];
  return wait === undefined ? '250ms' : `${wait}s`;
}

function place(request: RequestSettings, vars: VirtualUserVariables, list: readonly WantedLine[]): void {
  vars.idempotency_key ??= randomUUID();
  request.headers = { ...request.headers, 'idempotency-key': vars.idempotency_key };
  request.json = { ...(request.json as object), list };
}
