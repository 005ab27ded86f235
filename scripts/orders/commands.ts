import { parseArgs } from 'node:util';
import * as z from 'zod';
import { itemStockSchema } from '../../functions/http/contract/correct-stock.ts';
import { orderListSchema } from '../../functions/http/contract/list-orders.ts';
import { stockSchema } from '../../functions/http/contract/list-stocks.ts';
import { orderSummarySchema } from '../../functions/http/contract/order-summary.ts';
import { redriveSchema } from '../../functions/http/contract/redrive-orders.ts';
import { needed, noMore, type Output, only, UsageError, wholeNumber } from './arguments.ts';
import { callOnce, type OrdersApi } from './orders-api.ts';
import { refundOrder } from './refund.ts';
import { showOrder } from './show.ts';
import { money, short, table, time } from './table.ts';
import { webhooks } from './webhook-commands.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  status: { type: 'string' },
  owner: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
  all: { type: 'boolean' },
  step: { type: 'string' },
  refunds: { type: 'boolean' },
  amount: { type: 'string' },
  line: { type: 'string', multiple: true },
  restock: { type: 'boolean' },
  reason: { type: 'string' },
  key: { type: 'string' },
  events: { type: 'string' },
  since: { type: 'string' },
  cursor: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** A command, its arguments and the options that it takes beside --json. */
interface Command {
  readonly takes: readonly (keyof typeof OPTIONS)[];
  readonly run: (api: OrdersApi, names: readonly string[], values: Values) => Promise<Output>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  list: { takes: ['status', 'refunds', 'owner', 'from', 'to', 'limit', 'all'], run: listOrders },
  show: { takes: [], run: showOrder },
  redrive: { takes: ['step'], run: redriveOrders },
  abandon: { takes: ['reason'], run: abandonOrder },
  cancel: { takes: [], run: cancelOrder },
  refund: { takes: ['amount', 'line', 'restock', 'reason', 'key'], run: refund },
  summary: { takes: [], run: summarize },
  stock: { takes: ['reason', 'key'], run: stock },
  webhooks: { takes: ['events', 'since', 'limit', 'cursor'], run: webhooks },
};

/** Runs a command line. @throws UsageError; OrdersApiError */
export function runCommand(args: readonly string[], api: OrdersApi): Promise<Output> {
  const { values, positionals } = parsed(args);
  const [name = '', ...names] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new UsageError(`there is no command ${JSON.stringify(name)}`);
  }
  const foreign = Object.keys(values).find((each) => each !== 'json' && !command.takes.some((taken) => taken === each));
  if (foreign !== undefined) {
    throw new UsageError(`${name} has no option --${foreign}`);
  }
  return command.run(api, names, values);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function listOrders(api: OrdersApi, names: readonly string[], values: Values): Promise<Output> {
  noMore(names, 0);
  const { status, refunds, owner, from, to, limit, all } = values;
  const orders: z.infer<typeof orderListSchema>['orders'] = [];
  let cursor: string | undefined;
  do {
    const waiting = refunds === true ? 'NEEDS_ATTENTION' : undefined;
    const query = {
      status,
      refunds: waiting,
      owner,
      from,
      to,
      limit: limit ?? (all === true ? '100' : undefined),
      cursor,
    };
    const page = await api.call({ path: '/orders', query }, orderListSchema);
    orders.push(...page.orders);
    cursor = page.next_cursor;
  } while (all === true && cursor !== undefined);
  const rows = orders.map((order) => [
    order.order_id,
    order.status,
    money(order.amount?.value, order.amount?.currency),
    time(order.created_at),
    order.owner ?? '',
    short(
      [order.parked_step, order.refund_parked_step, order.reason].filter((part) => part !== undefined).join(': '),
      60,
    ),
  ]);
  const more = cursor === undefined ? '' : '\nThere are more: --all, or a larger --limit.';
  const text =
    rows.length === 0 ? 'no orders' : table(['ORDER', 'STATUS', 'AMOUNT', 'PLACED (UTC)', 'OWNER', 'WHY'], rows) + more;
  return { text, data: { orders, ...(cursor !== undefined && { next_cursor: cursor }) } };
}

async function redriveOrders(api: OrdersApi, names: readonly string[], { step }: Values): Promise<Output> {
  if ((names.length === 0) === (step === undefined)) {
    throw new UsageError('redrive takes ORDER_IDs, or --step');
  }
  const body = step === undefined ? { order_ids: names } : { parked_step: step };
  const { data, more } = await api.answer({ path: '/orders/redrive', body }, redriveSchema);
  const rows = [
    ...data.redriven.map((order_id) => [order_id, 'redriven', '']),
    ...data.refused.map(({ order_id, why }) => [order_id, 'refused', why]),
  ];
  const text =
    rows.length === 0
      ? `nothing is parked at ${step}; the steps at which something is: npm run orders -- list --status NEEDS_ATTENTION, or list --refunds`
      : table(['ORDER', 'OUTCOME', 'WHY'], rows);
  return {
    isRefused: data.redriven.length === 0 && !more,
    text: more ? `${text}\nMore are parked at this step: the same command again takes the next.` : text,
    data: { ...data, ...(more && { more }) },
  };
}

const accepted = z.looseObject({ order_id: z.string(), status: z.string() });

async function abandonOrder(api: OrdersApi, names: readonly string[], { reason }: Values): Promise<Output> {
  const body = { order_id: only(names, 'ORDER_ID'), reason: needed(reason, '--reason') };
  const answer = await api.call({ path: '/orders/abandon', body }, accepted);
  return { text: `${answer.order_id} is given up; its saga gives back what it holds`, data: answer };
}

async function cancelOrder(api: OrdersApi, names: readonly string[]): Promise<Output> {
  const body = { order_id: only(names, 'ORDER_ID') };
  const answer = await api.call({ path: '/orders/cancel', body }, accepted);
  return { text: `${answer.order_id} will be cancelled: npm run orders -- show ${answer.order_id}`, data: answer };
}

async function refund(api: OrdersApi, names: readonly string[], values: Values): Promise<Output> {
  const { amount, line: lines, restock = false, reason, key } = values;
  if (amount !== undefined && lines !== undefined) {
    throw new UsageError('refund takes --amount or --line, not both');
  }
  const wanted = { orderId: only(names, 'ORDER_ID'), amount, lines, restock, reason: needed(reason, '--reason'), key };
  try {
    return await refundOrder(api, wanted);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function summarize(api: OrdersApi, names: readonly string[]): Promise<Output> {
  noMore(names, 0);
  const summary = await api.call({ path: '/orders/summary' }, orderSummarySchema);
  const { by_status, attention, overdue } = summary;
  const text = [
    table(
      ['STATUS', 'ORDERS'],
      Object.entries(by_status).map(([status, count]) => [status, String(count)]),
    ),
    table(
      ['CURRENCY', 'AUTHORIZED', 'CAPTURED', 'REFUNDED'],
      summary.money.map(({ currency, authorized, captured, refunded }) => [
        currency,
        ...[authorized, captured, refunded].map((amount) => money(amount, currency)),
      ]),
    ),
    attention.count === 0
      ? 'nothing waits for you'
      : `${attention.count} wait for you; the oldest was placed ${time(attention.oldest_at)}: npm run orders -- list --status NEEDS_ATTENTION`,
    ...(attention.refunds === 0
      ? []
      : [`${attention.refunds} have refunds that wait for you: npm run orders -- list --refunds`]),
    ...(overdue.count === 0
      ? []
      : [
          `${overdue.count} should have moved and have not, the first by ${time(overdue.oldest_at)}: is the reconciliation running?`,
        ]),
  ].join('\n\n');
  return { text, data: summary };
}

async function stock(api: OrdersApi, names: readonly string[], { reason, key }: Values): Promise<Output> {
  const [what, id = '', count = '', ...more] = names;
  if (what === undefined) {
    const items = await api.call({ path: '/inventory/stocks' }, z.array(stockSchema));
    const rows = items.map((item) => [item.Id, item.name, String(item.count), String(item.price)]);
    return { text: table(['ITEM', 'NAME', 'AVAILABLE', 'PRICE'], rows), data: items };
  }
  if ((what !== 'restock' && what !== 'correct') || id === '' || more.length > 0) {
    throw new UsageError('stock takes nothing, or restock ITEM COUNT, or correct ITEM COUNT');
  }
  const body = { id, count: wholeNumber(count, 'COUNT'), reason: needed(reason, '--reason') };
  const item = await callOnce(api, { path: `/inventory/${what}`, body }, key, itemStockSchema);
  const { available, held, sold, previous_available } = item;
  const before = previous_available === undefined ? '' : ` (before: ${previous_available})`;
  return { text: `${item.name}: ${available} available${before}, ${held} held, ${sold} sold`, data: item };
}
