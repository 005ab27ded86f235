import { promisesIn } from '../../answers/promises.ts';
import type { Expectations } from '../../invariants/invariants.ts';
import { SnapshotReader } from '../../invariants/reader/snapshot-reader.ts';
import { type Verification, verifyInvariants } from '../../invariants/verification.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import { type RecordedExchange, RecordingClient } from '../traffic/recording-client.ts';
import type { CellRun } from './cell-run.ts';
import type { ChaosPlan } from './chaos-plan.ts';
import { Histories } from './histories.ts';
import { Operator } from './operator.ts';
import { runCells } from './run-cells.ts';

/** What a run left to be reported on. */
export interface ChaosOutcome {
  readonly runs: readonly CellRun[];
  readonly recorded: readonly RecordedExchange[];
  /** Before the operator came: parked orders are in order here, and what a redrive might heal shows. */
  readonly before_redrive: Verification;
  readonly verification: Verification;
  readonly redriven: readonly string[];
  /** ISO 8601. */
  readonly redriven_at: string;
  /** Processes that ended although no fault ended them, each described. */
  readonly unprovoked_deaths: readonly string[];
}

const MOST_REDRIVES = 5;

/**
 * Runs the cells, heals all and checks the invariants; then lets the operator redrive what is parked, and checks them again.
 */
export async function runChaos(
  plan: ChaosPlan,
  stack: StackUnderChaos,
  say: (line: string) => void,
): Promise<ChaosOutcome> {
  const client = new RecordingClient(stack.proxies.httpUrl);
  const reader = new SnapshotReader(stack.connection);
  const histories = new Histories(stack.connection);
  const operator = new Operator(stack.connection);
  const { seed, orders, fault_seconds, drain_seconds, settle_seconds } = plan;
  const run_id = `${seed}-${Date.now()}`;
  try {
    const runs = await runCells(plan, { stack, client, reader, histories, seed, orders, fault_seconds, run_id, say });
    await stack.heal();
    say('All is healed; waiting until everything has ended ...');
    const expected: Expectations = {
      recordsKept: true,
      stocked: new Map(runs.flatMap(({ stocked }) => [...stocked])),
    };
    const verify = () => verifyInvariants(reader, answersIn(client), { drain_seconds, settle_seconds, expected });
    const before_redrive = await verify();
    const redriven_at = new Date().toISOString();
    const redriven: string[] = [];
    for (let round = 0; round < MOST_REDRIVES; round += 1) {
      const again = await operator.redriveFailed();
      if (again.length === 0) {
        break;
      }
      say(`The operator redrives ${again.length} executions ...`);
      redriven.push(...again);
      await verifyInvariants(reader, [], { drain_seconds, settle_seconds: 0 });
    }
    const verification = redriven.length === 0 ? before_redrive : await verify();
    stack.watch.look();
    const { unprovoked: unprovoked_deaths } = stack.watch;
    return { runs, recorded: client.recorded, before_redrive, verification, redriven, redriven_at, unprovoked_deaths };
  } finally {
    operator.close();
    histories.close();
    reader.close();
  }
}

function answersIn({ recorded }: RecordingClient) {
  return recorded.flatMap(({ exchange, injected }) => (injected ? [] : (promisesIn(exchange) ?? [])));
}

/** The orders of a run that are parked in spite of the operator. */
export function stillParked({ runs, verification }: ChaosOutcome): readonly string[] {
  const ours = new Set(runs.flatMap(({ order_ids }) => order_ids));
  return verification.snapshot.orders
    .filter(({ order_id, status }) => ours.has(order_id) && status === 'NEEDS_ATTENTION')
    .map(({ order_id }) => order_id);
}
