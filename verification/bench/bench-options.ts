import { fileURLToPath } from 'node:url';
import {
  CommandLineError,
  fileName,
  flag,
  hostAndPort,
  httpUrl,
  text,
  type ValuesOf,
  withDefault,
} from '../command-line.ts';
import type { EndpointChoice } from './other-endpoint.ts';

/** The default folder for results; git ignores its files. */
const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

/** The command line of the benchmark. */
export const BENCH_COMMAND_LINE = {
  command: 'npm run bench --',
  description:
    'Starts a stack of its own with empty tables and measures it: orders a second to the end of the saga, answer and saga times at 50, 80 and 120 % of that, a spike of 20 times, memory, start time, growth; and the same calls without Step Functions.',
  options: {
    quick: flag('about a minute, less exact'),
    baseline: text(
      'COMMIT',
      'measures this tree and that commit in turns instead, and prints the ratios; takes 25 minutes',
    ),
    endpoint: httpUrl('runs the same state machine at this Step Functions endpoint, too; see verification/README.md'),
    stage: text('NAME', 'the stage under which the saga is deployed there (default dev; with docker compose local)'),
    inventory: hostAndPort('the Inventory service that the functions there use, if the saga is deployed there'),
    profile: text('DIR', 'writes a CPU profile of every Node process of the stack into DIR'),
    name: withDefault('bench', fileName('of the results')),
    results: text('DIR', 'where they go (default verification/bench/results)'),
    'allow-remote': flag('lets --endpoint be another machine'),
  },
};

/** The options of one benchmark. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly endpoint: EndpointChoice | undefined;
  readonly profile: string | undefined;
  /** The commit to compare with. */
  readonly baseline: string | undefined;
  readonly name: string;
  readonly results: string;
  readonly allowRemote: boolean;
}

/**
 * Checks which options go together.
 *
 * @throws {CommandLineError} naming the option at fault
 */
export function benchOptionsOf(values: ValuesOf<typeof BENCH_COMMAND_LINE.options>): BenchOptions {
  const { quick, baseline, endpoint: url, stage, inventory, profile, name, results = RESULTS_FOLDER } = values;
  const other = url === undefined ? profile && 'profile' : 'endpoint';
  if (baseline !== undefined && other !== undefined) {
    throw new CommandLineError(`--baseline compares two trees by themselves; leave --${other} out.`);
  }
  const dependent = stage === undefined ? inventory && 'inventory' : 'stage';
  if (url === undefined && dependent !== undefined) {
    throw new CommandLineError(`--${dependent} describes another endpoint; name it with --endpoint URL.`);
  }
  if (stage !== undefined && !/^[A-Za-z0-9-]+$/.test(stage)) {
    throw new CommandLineError(`--stage is "${stage}"; it is part of names, so letters, digits and - only.`);
  }
  const endpoint = url === undefined ? undefined : { url, stage: stage ?? 'dev', inventory };
  return { quick, baseline, endpoint, profile, name, results, allowRemote: values['allow-remote'] };
}
