import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classify } from '../answers/classification.ts';
import { readExchanges } from '../answers/exchange.ts';
import { promisesIn } from '../answers/promises.ts';
import { awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { SnapshotReader } from '../invariants/reader/snapshot-reader.ts';
import { type DrainProgress, type Verification, verifyInvariants } from '../invariants/verification.ts';
import { thisMachine } from '../report/machine.ts';
import { RestockClient } from '../stack/restock-client.ts';
import type { StackAddresses } from '../stack/stack-addresses.ts';
import { type LoadReport, loadReportOf } from './report/load-report.ts';
import { tally } from './report/statistics.ts';
import type { Phase, Profile } from './scenarios/phases.ts';
import { runArtillery } from './traffic/artillery.ts';
import { ExchangeTail } from './traffic/exchange-tail.ts';
import type { TrafficPlan } from './traffic/traffic-plan.ts';

/** The settings of one run of the load. */
export interface LoadRunOptions {
  readonly name: string;
  readonly profile: Profile;
  readonly phases: readonly Phase[];
  readonly addresses: StackAddresses;
  /** The file for all exchanges, one a line. Must not exist yet. */
  readonly exchangeLog: string;
  /** How long to wait for the backlog to drain, at most. */
  readonly drainSeconds: number;
  /** Takes lines of progress. */
  readonly say: (line: string) => void;
  /** Ends the sending early; the run then fails. */
  readonly signal?: AbortSignal;
}

const PLENTIFUL_ITEMS = 8;
const CONTENDED_ITEMS = 4;
const PROGRESS_SECONDS = 5;

/** Sends one load, waits until all orders have ended, checks the invariants and reports. */
export async function runLoad(options: LoadRunOptions): Promise<LoadReport> {
  const { name, profile, phases, addresses, exchangeLog, signal } = options;
  const directory = await mkdtemp(join(tmpdir(), 'order-load-'));
  const plan: TrafficPlan = { ...(await stockItems(addresses, phases)), exchange_log: exchangeLog };
  const stopProgress = showProgress(options);
  try {
    await runArtillery({ profile, phases, target: addresses.http, plan, directory, ...(signal && { signal }) });
  } finally {
    stopProgress();
  }
  // Where artillery failed, the folder stays: artillery's log is in it.
  await rm(directory, { recursive: true });
  const exchanges = await readExchanges(exchangeLog);
  if (exchanges.length === 0) {
    throw new Error('The load sent no request at all');
  }
  const verification = await verify(
    options,
    exchanges.flatMap((exchange) => promisesIn(exchange) ?? []),
  );
  return loadReportOf({
    name,
    profile,
    target: addresses.http,
    machine: thisMachine(),
    phases,
    exchanges,
    verification,
  });
}

async function stockItems({ inventory }: StackAddresses, phases: readonly Phase[]) {
  const customers = phases.reduce((sum, { duration, arrivalRate }) => sum + duration * arrivalRate, 0);
  const restockClient = new RestockClient(inventory);
  try {
    const create = (count: number, name: string, pieces: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) => restockClient.createItem(`${name} ${index + 1}`, 250, pieces)),
      );
    return {
      plentiful: await create(PLENTIFUL_ITEMS, 'plentiful', Math.ceil(customers * 20)),
      // About one customer in eight wants two of one of these; half of them get it.
      contended: await create(CONTENDED_ITEMS, 'contended', Math.max(1, Math.ceil(customers / 8 / CONTENDED_ITEMS))),
    };
  } finally {
    restockClient.close();
  }
}

function showProgress({ exchangeLog, phases, say }: LoadRunOptions): () => void {
  const seconds = phases.reduce((sum, { duration }) => sum + duration, 0);
  say(`Sending for ${seconds} s: ${phases.map((phase) => `${phase.name} ${phase.arrivalRate}/s`).join(', ')} ...`);
  const tail = new ExchangeTail(exchangeLog);
  const look = async () => {
    const classes = tally((await tail.next()).map(classify));
    if (classes.size === 0) {
      return;
    }
    say(`  the last ${PROGRESS_SECONDS} s: ${[...classes].map(([name, count]) => `${count} ${name}`).join(', ')}`);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => say(`  cannot follow the answers: ${String(error)}`));
  }, PROGRESS_SECONDS * 1000);
  return () => clearInterval(timer);
}

async function verify(options: LoadRunOptions, answers: Parameters<typeof verifyInvariants>[1]): Promise<Verification> {
  const { addresses, drainSeconds, say } = options;
  const reader = new SnapshotReader(awsConnectionFrom({ ...process.env, AWS_ENDPOINT_URL: addresses.aws }));
  say('Waiting until everything has ended ...');
  const onProgress = (progress: DrainProgress) =>
    say(
      'open' in progress
        ? `  ${progress.open} orders open after ${Math.round(progress.seconds)} s`
        : `  cannot look: ${progress.unreadable.message}`,
    );
  try {
    return await verifyInvariants(reader, answers, { drainSeconds, onProgress });
  } finally {
    reader.close();
  }
}
