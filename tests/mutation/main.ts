import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { CommandLineError, flag, runCommand, text, wholeNumber, withDefault } from '../../verification/command-line.ts';
import { changedLines } from './changed-lines.ts';
import { PLACES, type Place } from './places.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How long a mutant may take before it counts as out of time: a fixed part, and a multiple of the time without a mutant. */
const WAITS = {
  usual: { timeoutMS: 30_000, timeoutFactor: 4 },
  patient: { timeoutMS: 90_000, timeoutFactor: 8 },
} as const;

/** Below this share of noticed mutants, in percent, a place fails. */
const WANTED_PERCENT = 85;

const COMMAND_LINE = {
  command: 'npm run mutation --',
  description: 'Puts small faults into the code, one at a time, and tells which of them no test notices.',
  options: {
    place: text('PLACE', `what to mutate: ${Object.keys(PLACES).join(', ')} (all, one after the other)`),
    since: text('COMMIT', 'only lines that differ from this commit, such as main'),
    sample: withDefault(200, wholeNumber('mutants to try in each place, drawn at random', { least: 1, most: 100_000 })),
    seed: withDefault(1, wholeNumber('decides which mutants are drawn', { least: 0, most: 2 ** 31 })),
    all: flag('every mutant, not a sample'),
    patient: flag('wait much longer before a mutant counts as out of time, as on a busy machine'),
  },
  epilogue: `Exit code 1 where a place is below ${WANTED_PERCENT} %. Details: docs/testing.md.`,
};

interface Selection {
  readonly since: string | undefined;
  readonly size: number;
  readonly seed: number;
  readonly wait: keyof typeof WAITS;
}

/** Tries one place; answers the share of noticed mutants in percent, undefined where there is nothing to mutate. */
async function tryPlace(
  name: string,
  place: Place,
  { since, size, seed, wait }: Selection,
): Promise<number | undefined> {
  const mutate = since === undefined ? [...place.mutate] : [...changedLines(since, place.mutate, ROOT)];
  if (mutate.length === 0) {
    console.log(`${name}: no line differs from ${since}.`);
    return undefined;
  }
  const stryker = new Stryker({
    mutate,
    sampling: { size, seed },
    checkers: ['sample'],
    plugins: [
      '@stryker-mutator/jest-runner',
      ...['sampling.ts', 'survivors.ts'].map((file) => fileURLToPath(new URL(file, import.meta.url))),
    ],
    packageManager: 'npm',
    testRunner: 'jest',
    testRunnerNodeArgs: [
      '--max-semi-space-size=64',
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
    ],
    jest: { projectType: 'custom', configFile: 'tests/mutation/jest.config.mjs', enableFindRelatedTests: true },
    coverageAnalysis: 'perTest',
    concurrency: 2,
    reporters: ['clear-text', 'survivors', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
    jsonReporter: { fileName: `reports/mutation/${name.replaceAll('/', '-')}.json` },
    ignorePatterns: ['.embedded*', '.serverless', '.esbuild', 'coverage', '.fuzz', 'reports', '**/results'],
    tempDirName: '.stryker-tmp',
    // TypeScript 7 has no API by which Stryker could read tsconfig.json; swc needs none.
    tsconfigFile: 'none.json',
    // A busy machine must not count a slow mutant as noticed.
    dryRunTimeoutMinutes: 20,
    ...WAITS[wait],
  } as ConstructorParameters<typeof Stryker>[0]);
  process.env.MUTATION_TESTS = JSON.stringify(place.tests);
  const tried = (await stryker.runMutationTest()).filter(
    ({ status }) => status !== 'CompileError' && status !== 'Ignored',
  );
  const having = (wanted: string): number => tried.filter(({ status }) => status === wanted).length;
  const noticed = having('Killed') + having('Timeout');
  const percent = (100 * noticed) / tried.length;
  console.log(
    `${name}: ${noticed} of ${tried.length} mutants noticed, ${percent.toFixed(1)} %: ${having('Killed')} failed a test, ` +
      `${having('Timeout')} ran out of time, ${having('Survived')} survived, ${having('NoCoverage')} lie in code that no test runs, ` +
      `${having('RuntimeError')} ended their tests by an error outside of a test.`,
  );
  return percent;
}

function placesNamed(name: string | undefined): readonly (readonly [string, Place])[] {
  if (name === undefined) {
    return Object.entries(PLACES);
  }
  const place = PLACES[name];
  if (place === undefined) {
    throw new CommandLineError(`--place is '${name}', but must be one of ${Object.keys(PLACES).join(', ')}.`);
  }
  return [[name, place]];
}

// PLACE may stand alone: `npm run mutation -- core`.
if (process.argv[2]?.startsWith('-') === false) {
  process.argv.splice(2, 0, '--place');
}

await runCommand(COMMAND_LINE, async ({ place, since, sample, seed, all, patient }) => {
  const selection = {
    since,
    size: all ? Number.MAX_SAFE_INTEGER : sample,
    seed,
    wait: patient ? 'patient' : 'usual',
  } as const;
  let isGood = true;
  for (const [name, description] of placesNamed(place)) {
    const percent = await tryPlace(name, description, selection);
    isGood &&= percent === undefined || percent >= WANTED_PERCENT;
  }
  return isGood ? 0 : 1;
});
