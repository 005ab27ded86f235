import { setTimeout as sleep } from 'node:timers/promises';
import { deviationsFrom, type ScenarioResult } from './deviations.ts';
import type { Evidence, EvidenceReader } from './evidence-reader.ts';
import type { PlacedOrder, Scenario, ScenarioTools } from './scenario.ts';

/** How a scenario came out, with all that is known of its order. */
export interface ScenarioRun extends ScenarioResult {
  readonly seconds: number;
  /** Absent where the scenario broke off before its order's end. */
  readonly evidence?: Evidence;
}

const END_WITHIN_SECONDS = 90;
const EXECUTION_END_WITHIN_MS = 10_000;

/** Runs one scenario to the end of its order's saga and judges it. A scenario that breaks off deviates; nothing is thrown. */
export async function runScenario(
  { name, expects, play }: Scenario,
  tools: ScenarioTools,
  reader: EvidenceReader,
): Promise<ScenarioRun> {
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  try {
    const placed = await play(tools);
    await tools.api.waitForStatus(placed.orderId, END_WITHIN_SECONDS);
    await waitForExecution(placed, reader);
    const evidence = await reader.read(await tools.api.order(placed.orderId), placed);
    return { name, seconds: seconds(), deviations: deviationsFrom(expects, evidence), evidence };
  } catch (error) {
    return { name, seconds: seconds(), deviations: [`it broke off: ${describe(error)}`] };
  }
}

/** The order's last write comes a moment before the execution's end. */
async function waitForExecution(placed: PlacedOrder, reader: EvidenceReader): Promise<void> {
  const deadline = Date.now() + EXECUTION_END_WITHIN_MS;
  while ((await reader.isRunning(placed)) && Date.now() < deadline) {
    await sleep(50);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}
