import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderApiClient } from '../../client/order-api-client.ts';
import type { CustomerKind } from '../../customer-kinds.ts';
import type { SnapshotReader } from '../../invariants/reader/snapshot-reader.ts';
import { isFinished } from '../../invariants/snapshot.ts';
import { Choices } from '../choices.ts';
import { inject } from '../faults/inject.ts';
import { type FaultEvent, FaultLog, type Injection } from '../faults/injection.ts';
import { SAGA_POINTS } from '../faults/saga-points.ts';
import { type Cell, nameOf } from '../matrix.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import { stockCellItems } from '../traffic/cell-items.ts';
import { Customer } from '../traffic/customer.ts';
import { customersForOutage, drawCustomers } from '../traffic/customer-mix.ts';
import { operate } from '../traffic/operator.ts';
import type { SagaExecutions } from './saga-executions.ts';

/** The result of one run of one cell. */
export interface CellRun {
  readonly cell: Cell;
  /** ISO 8601. */
  readonly beganAt: string;
  /** ISO 8601; when the last fault was over. */
  readonly healedAt: string;
  /** Every order that the customers tried to place. */
  readonly order_ids: readonly string[];
  /** The kind of customer of each order. */
  readonly customers: ReadonlyMap<string, CustomerKind>;
  /** The quantity each of the cell's items was stocked with. */
  readonly stocked: ReadonlyMap<string, number>;
  readonly faults: readonly FaultEvent[];
  /** The exception that broke the run off. */
  readonly failure?: string;
}

/** What a run of a cell needs. */
export interface CellSetting {
  readonly stack: StackUnderChaos;
  readonly client: OrderApiClient;
  readonly reader: SnapshotReader;
  readonly executions: SagaExecutions;
  readonly seed: number;
  /** Tells the runs of one cell with one seed apart. */
  readonly round: number;
  /** The number of customers. */
  readonly orders: number;
  /** Who they are; absent: the seed decides. */
  readonly kinds?: readonly CustomerKind[] | undefined;
  /** How long the faults last. */
  readonly faultSeconds: number;
  /** Makes idempotency keys unique. */
  readonly runId: string;
}

/** How long customers stay after the faults, and the payment window of their orders beyond the faults, in seconds. */
const STAYS = {
  usual: { patience: 25, window: 12 },
  outage: { patience: 15, window: 12 },
  'engine away': { patience: 45, window: 40 },
} as const;
const SETTLE_SECONDS = 20;

/**
 * Sends customers while a cell's faults happen, and waits a while for their orders to end. After an exception it
 * removes the faults and reports the failure, since the orders must still be checked.
 */
export async function runCell(cell: Cell, setting: CellSetting): Promise<CellRun> {
  const { stack, seed, round, faultSeconds } = setting;
  const name = `${nameOf(cell)}/${round}`;
  const beganAt = new Date().toISOString();
  const { customers, stocked } = await invite(cell, name, setting);
  const order_ids = customers.map(({ order_id }) => order_id);
  const ours = new Set(order_ids);
  const log = new FaultLog();
  const arrivals = new Choices(seed, `${name}/arrivals`);
  const shopping = Promise.all(
    customers.map(async (customer) => {
      await sleep(arrivals.between(0, faultSeconds * 800));
      await customer.shop();
    }),
  );
  let isOver = false;
  const operating = operate({
    apiUrl: stack.proxies.httpUrl,
    orderIds: order_ids,
    choices: new Choices(seed, `${name}/operator`),
    isOver: () => isOver,
  });
  const failures: unknown[] = [];
  const recordingFailure = (part: Promise<unknown>) => part.catch((error: unknown) => failures.push(error));
  const injection: Injection = {
    stack,
    log,
    choices: new Choices(seed, `${name}/faults`),
    choicesFor: (part) => new Choices(seed, `${name}/faults/${part}`),
    seconds: faultSeconds,
    historyOf: (order_id) => setting.executions.historyOf(order_id),
    isOurs: ({ order_id }) => order_id !== undefined && ours.has(order_id),
    isOver: () => areAtRest(setting.reader, ours, ours.size),
  };
  await recordingFailure(inject(cell, injection));
  if (failures.length > 0) {
    await recordingFailure(stack.heal());
  }
  const healedAt = new Date().toISOString();
  await recordingFailure(shopping);
  isOver = true;
  await recordingFailure(operating);
  await recordingFailure(stack.proxies.network.drain());
  await recordingFailure(settle(setting.reader, ours));
  return {
    cell,
    beganAt,
    healedAt,
    order_ids,
    customers: new Map(customers.map(({ order_id, kind }) => [order_id, kind])),
    stocked,
    faults: log.events,
    ...(failures.length === 0 ? {} : { failure: failures.map(String).join('; ') }),
  };
}

async function invite(cell: Cell, name: string, setting: CellSetting) {
  const { stack, client, seed, orders, kinds, faultSeconds, runId } = setting;
  const choices = new Choices(seed, `${name}/customers`);
  const items = await stockCellItems(stack.stack.urls.inventory, name, choices);
  const { patience, window } = STAYS[stayIn(cell)];
  const customers = (kinds ?? customersOf(cell, orders, choices)).map(
    (kind, index) =>
      new Customer(kind, {
        client,
        items,
        choices: new Choices(seed, `${name}/customer ${index}`),
        key: `${runId}/${name}/${index}`,
        until: Date.now() + (faultSeconds + patience) * 1000,
        windowSeconds: faultSeconds + window,
      }),
  );
  return { customers, stocked: items.stocked };
}

function stayIn(cell: Cell): keyof typeof STAYS {
  if (cell.kind === 'mixed' || cell.fault !== 'outage') {
    return 'usual';
  }
  return cell.target === 'engine' ? 'engine away' : 'outage';
}

function customersOf(cell: Cell, orders: number, choices: Choices): readonly CustomerKind[] {
  if (cell.kind === 'mixed') {
    return drawCustomers(orders + 2, [], choices);
  }
  if (cell.fault === 'outage') {
    return customersForOutage(cell.target);
  }
  return drawCustomers(orders, cell.point === undefined ? [] : SAGA_POINTS[cell.point].customers, choices);
}

/** @param least how many of the orders must exist; some that customers tried to place were never accepted */
async function areAtRest(reader: SnapshotReader, ids: ReadonlySet<string>, least: number): Promise<boolean> {
  const present = (await reader.orders()).filter(({ order_id }) => ids.has(order_id));
  return present.length >= least && present.every(({ status }) => isFinished(status) || status === 'NEEDS_ATTENTION');
}

/** Waits a while for the orders to end. Orders that take longer are awaited at the end of the whole run. */
async function settle(reader: SnapshotReader, ids: ReadonlySet<string>): Promise<void> {
  const deadline = Date.now() + SETTLE_SECONDS * 1000;
  while (Date.now() < deadline && !(await areAtRest(reader, ids, 0))) {
    await sleep(250);
  }
}
