import { eventually } from '../../../embedded/eventually.ts';
import { OrderApiClient, type RecordedExchange } from '../../client/order-api-client.ts';
import type { Expectations } from '../../invariants/invariants.ts';
import { SnapshotReader } from '../../invariants/reader/snapshot-reader.ts';
import { findUntoldEvents, type WebhookRecord } from '../../invariants/told-events.ts';
import { type Verification, verifyInvariants } from '../../invariants/verification.ts';
import type { ChaosPlan } from '../chaos-plan.ts';
import { INJECTED_HEADER } from '../proxy/http-fault-proxy.ts';
import type { StackUnderChaos } from '../stack-under-chaos.ts';
import { startFailingReceiver } from '../traffic/failing-receiver.ts';
import type { CellRun } from './run-cell.ts';
import { runCells } from './run-cells.ts';
import { SagaExecutions } from './saga-executions.ts';

/** The result of a whole run. */
export interface ChaosOutcome {
  readonly runs: readonly CellRun[];
  readonly recorded: readonly RecordedExchange[];
  /** Before the operator's redrive. Parked orders hold the invariants here, and what a redrive might heal is visible. */
  readonly beforeRedrive: Verification;
  readonly verification: Verification;
  readonly redriven: readonly string[];
  /** ISO 8601. */
  readonly redrivenAt: string;
  /** Processes that ended without a fault, each described. */
  readonly unprovokedDeaths: readonly string[];
}

const MAX_REDRIVES = 5;
/** A customer sends a request again when it got no answer for so long. */
const ANSWER_WITHIN_MS = 12_000;
/** The next run of a schedule finds a delivery whose start was lost. Deliveries of one order follow each other. */
const TOLD_WITHIN_MS = 150_000;

/**
 * Runs the cells, removes every fault and checks the invariants. Then it redrives what is parked, as an operator does, and
 * checks them again.
 */
export async function runChaos(
  plan: ChaosPlan,
  stack: StackUnderChaos,
  say: (line: string) => void,
): Promise<ChaosOutcome> {
  const client = new OrderApiClient(stack.proxies.httpUrl, {
    injectedHeader: INJECTED_HEADER,
    answerWithinMs: ANSWER_WITHIN_MS,
  });
  const reader = new SnapshotReader(stack.connection);
  const executions = new SagaExecutions(stack.connection);
  const receiver = await startFailingReceiver(stack.stack.urls.http, plan.seed);
  const { seed, orders, kinds, faultSeconds, drainSeconds, settleSeconds } = plan;
  const runId = `${seed}-${Date.now()}`;
  try {
    const runs = await runCells(plan, {
      stack,
      client,
      reader,
      executions,
      seed,
      orders,
      kinds,
      faultSeconds,
      runId,
      say,
    });
    await stack.heal();
    await receiver.recover();
    say('Every fault is over; waiting until every order has ended ...');
    const expected: Expectations = {
      recordsKept: true,
      stocked: new Map(runs.flatMap(({ stocked }) => [...stocked])),
    };
    const times = { drainSeconds, settleSeconds };
    const verify = (further: Expectations = {}) =>
      verifyInvariants(reader, client.promises, { ...times, expected: { ...expected, ...further } });
    const beforeRedrive = await verify();
    const redrivenAt = new Date().toISOString();
    const redriven: string[] = [];
    for (let round = 0; round < MAX_REDRIVES; round += 1) {
      const again = await executions.redriveFailed();
      if (again.length === 0) {
        break;
      }
      say(`The operator redrives ${again.length} executions ...`);
      redriven.push(...again);
      await verifyInvariants(reader, [], { ...times, settleSeconds: 0 });
    }
    say('Waiting until the receiver of webhooks was told everything ...');
    await untilTold(reader, receiver.record);
    const verification = await verify({ webhooks: [receiver.record] });
    stack.watch.look();
    const { unprovoked: unprovokedDeaths } = stack.watch;
    return { runs, recorded: client.recorded, beforeRedrive, verification, redriven, redrivenAt, unprovokedDeaths };
  } finally {
    await receiver.close();
    executions.close();
    reader.close();
  }
}

/** Waits for the events of every order. What is missing after the time is found by the check of the invariants. */
async function untilTold(reader: SnapshotReader, webhook: WebhookRecord): Promise<void> {
  const isTold = async () => findUntoldEvents(await reader.orders(), webhook).length === 0;
  await eventually(isTold, { withinMs: TOLD_WITHIN_MS, pollMs: 1_000, what: 'every event was told' }).catch(() => {});
}

/** The orders of a run that are still parked after the redrive. */
export function stillParked({ runs, verification }: ChaosOutcome): readonly string[] {
  const ours = new Set(runs.flatMap(({ order_ids }) => order_ids));
  return verification.snapshot.orders
    .filter(({ order_id, status }) => ours.has(order_id) && status === 'NEEDS_ATTENTION')
    .map(({ order_id }) => order_id);
}
