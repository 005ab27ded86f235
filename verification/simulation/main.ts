import { availableParallelism } from 'node:os';
import { runCommand, say, type ValuesOf, wholeNumber, withDefault } from '../command-line.ts';
import { exploreInProcesses } from './explore-in-processes.ts';

const COMMAND_LINE = {
  command: 'npm run simulate:saga --',
  description:
    'Simulates the order saga, the API and an operator against model services on a virtual clock. Any call may fail before, ' +
    'during or after its effect, arrive late or twice, or get no answer; services have outages, processes crash. After each ' +
    'run all invariants are checked; then the faults end, the operator redrives parked orders, and the invariants are ' +
    'checked again.',
  options: {
    runs: withDefault(5000, wholeNumber('schedules to run, one to six orders each', { least: 1, most: 9_999_999_999 })),
    seed: wholeNumber('repeats an exploration; random if left out, and printed', { least: 0, most: 9_999_999_999 }),
    processes: withDefault(
      availableParallelism(),
      wholeNumber('processes that share the work; a seed repeats only with as many', { least: 1, most: 1000 }),
    ),
  },
};

const PROGRESS_EVERY = 500;

await runCommand(COMMAND_LINE, simulate);

async function simulate({
  runs,
  processes,
  seed = Math.floor(Math.random() * 2 ** 31),
}: ValuesOf<(typeof COMMAND_LINE)['options']>): Promise<number> {
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
