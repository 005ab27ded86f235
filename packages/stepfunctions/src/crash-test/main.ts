import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Random } from '../random.ts';
import { invocationFlaws } from './invocations.ts';
import { runWithCrashes, UNDER_WAY_AT_A_KILL } from './run.ts';

const USAGE = `Kills the real Step Functions server repeatedly under load, and compares the end of every execution and the
number of calls of each function with a run without kills.

npm run crash-test -- [--kills 25] [--executions 200] [--seed N]`;

function wholeNumber(name: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) {
    return Number(text);
  }
  console.error(`--${name} is "${text}"; it must be a whole number, at least ${least}.\n\n${USAGE}`);
  process.exit(2);
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '25' },
    executions: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

// The seed repeats the times of the kills.
const random = new Random(wholeNumber('seed', values.seed, 0));
const run = {
  executions: wholeNumber('executions', values.executions, 1),
  kills: wholeNumber('kills', values.kills, 1),
  random: () => random.fraction(),
  patienceMs: 10 * 60_000,
  report: (line: string) => console.log(line),
};
console.log(`seed ${values.seed}: ${run.executions} executions, ${run.kills} kills`);
const undisturbed = await runWithCrashes({ ...run, kills: 0 });
const crashed = await runWithCrashes(run);
const differing = Object.keys(undisturbed.ends).filter(
  (name) => !isDeepStrictEqual(undisturbed.ends[name], crashed.ends[name]),
);
for (const name of differing) {
  console.error(
    `${name}: ${JSON.stringify(crashed.ends[name])}, undisturbed ${JSON.stringify(undisturbed.ends[name])}`,
  );
}
const explained = { kills: crashed.kills, underWay: UNDER_WAY_AT_A_KILL };
const calls = invocationFlaws(undisturbed.invocations, crashed.invocations, explained);
const flaws = [...undisturbed.flaws, ...crashed.flaws, ...calls];
for (const flaw of flaws) {
  console.error(flaw);
}
const isGood = differing.length === 0 && flaws.length === 0;
console.log(
  `${crashed.kills} kills, ${Object.keys(crashed.ends).length} executions compared, ${differing.length} ended otherwise: ${isGood ? 'passed' : 'failed'}`,
);
process.exitCode = isGood ? 0 : 1;
