import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished } from '../invariants/snapshot.ts';
import type { EvidenceReader } from './evidence-reader.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { type Evidence, faultsOf, type ScenarioResult } from './verdict.ts';

/** How a scenario came out, with what there is to tell about it. */
export interface PlayedScenario extends ScenarioResult {
  readonly story: string;
  readonly seconds: number;
  /** Absent where it broke off before its order's end. */
  readonly evidence?: Evidence;
}

const END_WITHIN_SECONDS = 90;

/** Plays one scenario to the end of its order's saga and judges it. A scenario that breaks off is a fault, not an error. */
export async function playScenario(scenario: Scenario, stage: Stage, reader: EvidenceReader): Promise<PlayedScenario> {
  const { name, story, expects, play } = scenario;
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  try {
    const { order_id, ordered } = await play(stage);
    const isOver = (status: Parameters<typeof isFinished>[0]) => isFinished(status) || status === 'NEEDS_ATTENTION';
    await stage.waitFor(order_id, isOver, END_WITHIN_SECONDS);
    await waitForExecution(order_id, reader);
    const evidence = await reader.read(await stage.shop.look(order_id), ordered);
    return { name, story, seconds: seconds(), faults: faultsOf(expects, evidence), evidence };
  } catch (error) {
    return { name, story, seconds: seconds(), faults: [`it broke off: ${describe(error)}`] };
  }
}

/** The order's last write comes a moment before the execution's end. */
async function waitForExecution(order_id: string, reader: EvidenceReader): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await reader.isRunning(order_id)) && Date.now() < deadline) {
    await sleep(50);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}
