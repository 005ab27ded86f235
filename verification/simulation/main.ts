import { availableParallelism } from 'node:os';
import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import { flag, runCommand, say, type ValuesOf, wholeNumber, withDefault } from '../command-line.ts';
import { exploreInProcesses } from './explore-in-processes.ts';
import { parseSimulatedSaga } from './simulated-definition.ts';
import { findUnnoticed } from './weaknesses/find-unnoticed.ts';
import { KNOWN_UNNOTICED } from './weaknesses/known-unnoticed.ts';
import { writeWeaknesses } from './weaknesses/write-weaknesses.ts';

const COMMAND_LINE = {
  command: 'npm run simulate:saga --',
  description:
    'Simulates the order saga, the API and an operator against model services on a virtual clock. Any call may fail before, ' +
    'during or after its effect, arrive late or twice, or get no answer; services have outages, processes crash, executions ' +
    'are lost, stopped and restored from backups. After each run all invariants are checked; then the faults end, the ' +
    'operator redrives parked orders, and the invariants are checked again.',
  options: {
    runs: withDefault(5000, wholeNumber('schedules to run, one to six orders each', { least: 1, most: 9_999_999_999 })),
    seed: wholeNumber('repeats an exploration; random if left out, and printed', { least: 0, most: 9_999_999_999 }),
    processes: withDefault(
      availableParallelism(),
      wholeNumber('processes that share the work; a seed repeats only with as many', { least: 1, most: 1000 }),
    ),
    weaknesses: flag(
      'removes every member of every write to an order, one at a time, and lists the removals that are not noticed',
    ),
  },
};

const PROGRESS_EVERY = 500;
/** How often one weakness is tried. */
const TRIES = 100;

type Values = ValuesOf<(typeof COMMAND_LINE)['options']>;

await runCommand(COMMAND_LINE, (values) => (values.weaknesses ? simulateWeaknesses(values) : simulate(values)));

/** Exit code 1 where the list of known-unnoticed.ts is not exact. */
async function simulateWeaknesses({ runs, seed = randomSeed() }: Values): Promise<number> {
  const weaknesses = await writeWeaknesses();
  say(`${weaknesses.length} members of writes, ${runs} schedules, seed ${seed}, one process`);
  Error.stackTraceLimit = 0;
  const unnoticed = await findUnnoticed(parseSimulatedSaga(readOrderSaga().text), weaknesses, {
    runs,
    seed,
    tries: TRIES,
    onNoticed: ({ name }, violation) => say(`${name}: ${violation}`),
  });
  const names = new Set(unnoticed.map(({ name }) => name));
  for (const { name, reached } of unnoticed) {
    say(`NOT NOTICED ${name} (${reached} schedules reached it): ${KNOWN_UNNOTICED[name] ?? 'no reason is known'}`);
  }
  const stale = Object.keys(KNOWN_UNNOTICED).filter((name) => !names.has(name));
  for (const name of stale) {
    say(`NOW NOTICED ${name}: add its schedule to known-schedules.ts, and take it off known-unnoticed.ts`);
  }
  say(`${weaknesses.length - names.size} of ${weaknesses.length} are noticed.`);
  return stale.length === 0 && unnoticed.every(({ name }) => name in KNOWN_UNNOTICED) ? 0 : 1;
}

async function simulate({ runs, processes, seed = randomSeed() }: Values): Promise<number> {
  say(`${runs} schedules, seed ${seed}, ${processes} processes`);
  const shareCount = Math.min(processes, runs);
  const shares = Array.from({ length: shareCount }, (_, index) => ({
    runs: Math.floor(runs / shareCount) + (index < runs % shareCount ? 1 : 0),
    seed: seed + index,
  }));
  let done = 0;
  const { reports, statuses, redriven, sagas, sagasPerMinute } = await exploreInProcesses(shares, (schedules) => {
    done += schedules;
    if (done % PROGRESS_EVERY === 0 && done < runs) {
      console.error(`${done} of ${runs} ...`);
    }
  });
  for (const report of reports) {
    console.error(report);
  }
  if (reports.length > 0) {
    return 1;
  }
  const byStatus = [...statuses].map(([status, count]) => `${count} ${status}`).join(', ');
  say(`${sagas} sagas, ${sagasPerMinute} a minute: ${byStatus}; ${redriven} redriven. All invariants hold.`);
  return 0;
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
