import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ordersFile, type Phase, type Profile, profileFile } from '../scenarios/phases.ts';
import { PLAN_VARIABLE, type TrafficPlan } from './traffic-plan.ts';

const artillery = join(dirname(createRequire(import.meta.url).resolve('artillery/package.json')), 'bin', 'run');

/** The settings of one run of artillery. */
export interface ArtilleryRun {
  readonly profile: Profile;
  readonly phases: readonly Phase[];
  /** Base URL of the HTTP API. */
  readonly target: string;
  readonly plan: TrafficPlan;
  /** A folder for the plan and for artillery's own output. */
  readonly directory: string;
  /** Ends artillery early. */
  readonly signal?: AbortSignal;
}

/**
 * Sends the traffic with artillery; resolves when the last customer is served. Artillery's own output goes to
 * `artillery.log` in the run's folder; the results are in the exchange log.
 *
 * @throws {Error} artillery could not run; the message names its log.
 */
export async function runArtillery(run: ArtilleryRun): Promise<void> {
  const { profile, phases, target, plan, directory, signal } = run;
  const planFile = join(directory, 'traffic-plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  const logFile = join(directory, 'artillery.log');
  const log = createWriteStream(logFile);
  const overrides = JSON.stringify({ config: { phases } });
  const options = ['--config', profileFile(profile), '--target', target, '--overrides', overrides];
  const child = spawn(process.execPath, [artillery, 'run', ...options, ordersFile], {
    env: { ...process.env, [PLAN_VARIABLE]: planFile, ARTILLERY_DISABLE_TELEMETRY: 'true', NO_UPDATE_NOTIFIER: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  log.end();
  if (code !== 0) {
    throw new Error(`artillery ended with ${code}; see ${logFile}`);
  }
}
