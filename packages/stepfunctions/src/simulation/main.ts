import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const USAGE = `Simulates random state machines on the engine's core, with crashes, lost and duplicated answers, and late timers.

npm run simulate -- [options]

  --runs N    number of machines (5000)
  --seed S    seed of the first machine, counted up for the others (1). A failure names its seed:
              --runs 1 --seed S repeats it exactly
  --verbose   print the machine of each failure
  --help`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const first = Number(values.seed);
if (values.help || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(first) || first < 0) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

const started = performance.now();
let failures = 0;
let steps = 0;
let crashes = 0;
for (let seed = first; seed < first + runs; seed += 1) {
  const result = await simulate(seed);
  steps += result.steps;
  crashes += result.crashes;
  if (result.violations.length === 0) {
    continue;
  }
  failures += 1;
  console.error(`seed ${seed}: ${result.violations.join('\n  ')}`);
  if (values.verbose) {
    console.error(result.machine.text);
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${runs} machines, ${steps} steps, ${crashes} crashes in ${seconds} s: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
