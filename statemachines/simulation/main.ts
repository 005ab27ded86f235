import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explore } from './explore.ts';
import { simulatedSaga } from './simulated-saga.ts';

const USAGE = `Simulates the order saga, the API and an operator against model services on a virtual clock: every call may fail before or
after its effect, half-way, come late or twice or stay unanswered; places go down; processes crash. Checks all invariants
after each run, lets the operator heal the world and redrive what was parked, and checks again.

npm run simulate:saga -- [options]

  --runs N   schedules to run, one to six orders each (5000)
  --seed S   repeats an exploration; random where absent, and printed
  --help`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (values.help || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

const PROGRESS_EVERY = 500;
const text = readFileSync(new URL('../order-saga.asl.json', import.meta.url), 'utf8');
console.log(`${runs} schedules, seed ${seed}`);
const { found, statuses, redriven, sagas, sagasPerMinute } = await explore(simulatedSaga(text), {
  runs,
  seed,
  onRun: (done) => {
    if (done % PROGRESS_EVERY === 0 && done < runs) console.error(`${done} of ${runs} ...`);
  },
});
if (found === undefined) {
  const ends = [...statuses].map(([status, count]) => `${count} ${status}`).join(', ');
  console.log(`${sagas} sagas, ${sagasPerMinute} a minute: ${ends}; ${redriven} redriven. All invariants hold.`);
} else {
  console.error(found.report);
  process.exitCode = 1;
}
