import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { exploreInProcesses } from './explore-in-processes.ts';

const USAGE = `Simulates the order saga, the API and an operator against model services on a virtual clock: every call may fail before or
after its effect, half-way, come late or twice or stay unanswered; places go down; processes crash. Checks all invariants
after each run, lets the operator heal the world and redrive what was parked, and checks again.

npm run simulate:saga -- [options]

  --runs N        schedules to run, one to six orders each (5000)
  --seed S        repeats an exploration; random where absent, and printed
  --processes N   processes that share the work (the machine's processors); repeats only with as many
  --help`;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly processes: number;
}

function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '5000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      processes: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  return {
    runs: wholeNumber('runs', values.runs, 1),
    seed: wholeNumber('seed', values.seed, 0),
    processes: wholeNumber('processes', values.processes, 1),
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= least) {
    return value;
  }
  throw new Error(`--${name} is "${text}"; it must be a whole number, at least ${least}.`);
}

const PROGRESS_EVERY = 500;

async function simulate({ runs, seed, processes }: Options): Promise<number> {
  console.log(`${runs} schedules, seed ${seed}, ${processes} processes`);
  const shares = Array.from({ length: Math.min(processes, runs) }, (_, index, of = Math.min(processes, runs)) => ({
    runs: Math.floor(runs / of) + (index < runs % of ? 1 : 0),
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
  const ends = [...statuses].map(([status, count]) => `${count} ${status}`).join(', ');
  console.log(`${sagas} sagas, ${sagasPerMinute} a minute: ${ends}; ${redriven} redriven. All invariants hold.`);
  return 0;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
  } else {
    process.exitCode = await simulate(options);
  }
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
