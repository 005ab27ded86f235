import { setTimeout as sleep } from 'node:timers/promises';
import type { SnapshotReader } from '../../invariants/reader/snapshot-reader.ts';
import { isFinished } from '../../invariants/snapshot.ts';
import { type Cell, nameOf } from '../cell.ts';
import { Choices } from '../choices.ts';
import { FaultLog } from '../faults/fault-log.ts';
import { inject } from '../faults/inject.ts';
import type { Injection } from '../faults/injection.ts';
import { POINTS } from '../faults/points.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import { chooseCrowd, crowdForOutage } from '../traffic/crowd.ts';
import { Customer } from '../traffic/customer.ts';
import type { CustomerKind } from '../traffic/customer-kind.ts';
import type { RecordingClient } from '../traffic/recording-client.ts';
import { stockShelf } from '../traffic/shelf.ts';
import type { CellRun } from './cell-run.ts';
import type { Histories } from './histories.ts';

/** What a cell is run with. */
export interface CellSetting {
  readonly stack: StackUnderChaos;
  readonly client: RecordingClient;
  readonly reader: SnapshotReader;
  readonly histories: Histories;
  readonly seed: number;
  /** Counts how often the same cell was run before with this seed. */
  readonly round: number;
  /** How many customers come. */
  readonly orders: number;
  /** How long faults go on. */
  readonly fault_seconds: number;
  /** Makes keys unique. */
  readonly run_id: string;
}

/** How long customers stay beyond the time in which they come, and how long an order waits for its payment beyond it. */
const STAYS = {
  usual: { patience: 25, window: 12 },
  outage: { patience: 15, window: 12 },
  'engine away': { patience: 45, window: 40 },
} as const;
const SETTLE_SECONDS = 20;

/**
 * Lets customers come while a cell's faults happen, and waits a while for their orders to end. What throws meanwhile is
 * healed and told by the run, since its orders are to be checked all the same.
 */
export async function runCell(cell: Cell, setting: CellSetting): Promise<CellRun> {
  const { stack, seed, round, fault_seconds } = setting;
  const name = `${nameOf(cell)}/${round}`;
  const began_at = new Date().toISOString();
  const { customers, stocked } = await invite(cell, name, setting);
  const order_ids = customers.map(({ order_id }) => order_id);
  const ours = new Set(order_ids);
  const log = new FaultLog();
  const arrivals = new Choices(seed, `${name}/arrivals`);
  const shopping = Promise.all(
    customers.map(async (customer) => {
      await sleep(arrivals.between(0, fault_seconds * 800));
      await customer.shop();
    }),
  );
  const failures: unknown[] = [];
  const noted = (part: Promise<unknown>) => part.catch((error: unknown) => failures.push(error));
  const injection: Injection = {
    stack,
    log,
    choices: new Choices(seed, `${name}/faults`),
    choicesFor: (part) => new Choices(seed, `${name}/faults/${part}`),
    seconds: fault_seconds,
    historyOf: (order_id) => setting.histories.of(order_id),
    isOurs: ({ order_id }) => order_id !== undefined && ours.has(order_id),
    isOver: () => areAtRest(setting.reader, ours, ours.size),
  };
  await noted(inject(cell, injection));
  if (failures.length > 0) {
    await noted(stack.heal());
  }
  const healed_at = new Date().toISOString();
  await noted(shopping);
  await noted(stack.proxies.wire.quiet());
  await noted(settle(setting.reader, ours));
  return {
    cell,
    began_at,
    healed_at,
    order_ids,
    customers: new Map(customers.map(({ order_id, kind }) => [order_id, kind])),
    stocked,
    faults: log.events,
    ...(failures.length === 0 ? {} : { failure: failures.map(String).join('; ') }),
  };
}

async function invite(cell: Cell, name: string, setting: CellSetting) {
  const { stack, client, seed, orders, fault_seconds, run_id } = setting;
  const choices = new Choices(seed, `${name}/customers`);
  const shelf = await stockShelf(stack.stack.urls.inventory, name, choices);
  const { patience, window } = STAYS[stayIn(cell)];
  const customers = crowdFor(cell, orders, choices).map(
    (kind, index) =>
      new Customer(kind, {
        client,
        shelf,
        choices: new Choices(seed, `${name}/customer ${index}`),
        key: `${run_id}/${name}/${index}`,
        until: Date.now() + (fault_seconds + patience) * 1000,
        window_seconds: fault_seconds + window,
      }),
  );
  return { customers, stocked: shelf.stocked };
}

function stayIn(cell: Cell): keyof typeof STAYS {
  if (cell.kind === 'mixed' || cell.fault !== 'outage') {
    return 'usual';
  }
  return cell.target === 'engine' ? 'engine away' : 'outage';
}

function crowdFor(cell: Cell, orders: number, choices: Choices): readonly CustomerKind[] {
  if (cell.kind === 'mixed') {
    return chooseCrowd(orders + 2, [], choices);
  }
  if (cell.fault === 'outage') {
    return crowdForOutage(cell.target);
  }
  return chooseCrowd(orders, cell.point === undefined ? [] : POINTS[cell.point].customers, choices);
}

/** @param least so many orders must be there; some that were tried were never taken */
async function areAtRest(reader: SnapshotReader, ids: ReadonlySet<string>, least: number): Promise<boolean> {
  const present = (await reader.orders()).filter(({ order_id }) => ids.has(order_id));
  return present.length >= least && present.every(({ status }) => isFinished(status) || status === 'NEEDS_ATTENTION');
}

/** Orders that take longer are waited for at the end of all. */
async function settle(reader: SnapshotReader, ids: ReadonlySet<string>): Promise<void> {
  const deadline = Date.now() + SETTLE_SECONDS * 1000;
  while (Date.now() < deadline && !(await areAtRest(reader, ids, 0))) {
    await sleep(250);
  }
}
