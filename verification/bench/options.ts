import { parseArgs } from 'node:util';
import { defaultResultsFolder } from '../load/results.ts';
import type { EndpointChoice } from './other-endpoint.ts';

/** What `--help` shows. */
export const HELP = `npm run bench [-- options]

Starts a stack of its own with empty tables and measures it: orders a second to the end of the saga, answer and saga times at
50, 80 and 120 % of that, a spike of 20 times, memory, start time, growth; and the same calls without Step Functions.

  --quick            about a minute, less exact
  --endpoint URL     runs the same state machine at this Step Functions endpoint, too; see verification/README.md
  --stage NAME       where the saga is deployed at the endpoint: its stage (default dev; with docker compose local)
  --inventory ADDR   then also the Inventory service that the functions there use, host:port
  --profile DIR      writes a CPU profile of every Node process of the stack into DIR
  --name NAME        of the results (default bench)
  --results DIR      where they go (default verification/load/results)
  --allow-remote     lets --endpoint be another machine
  --help             this text`;

/** How a benchmark was asked for. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly endpoint: EndpointChoice | undefined;
  readonly profile: string | undefined;
  readonly name: string;
  readonly results: string;
  readonly allowRemote: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {Error} naming the option at fault
 */
export function readBenchOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      endpoint: { type: 'string' },
      stage: { type: 'string' },
      inventory: { type: 'string' },
      profile: { type: 'string' },
      name: { type: 'string', default: 'bench' },
      results: { type: 'string', default: defaultResultsFolder },
      'allow-remote': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  if (values.endpoint !== undefined && !URL.canParse(values.endpoint)) {
    throw new Error(`--endpoint is "${values.endpoint}"; it must be a URL such as http://127.0.0.1:4566.`);
  }
  const beside = values.stage === undefined ? (values.inventory === undefined ? undefined : 'inventory') : 'stage';
  if (values.endpoint === undefined && beside !== undefined) {
    throw new Error(`--${beside} says something about another endpoint; name that with --endpoint URL.`);
  }
  if (values.stage !== undefined && !/^[A-Za-z0-9-]+$/.test(values.stage)) {
    throw new Error(`--stage is "${values.stage}"; it is part of names, so letters, digits and - only.`);
  }
  if (!/^[\w-]+$/.test(values.name)) {
    throw new Error(`--name is "${values.name}"; it becomes a file name, so letters, digits, _ and - only.`);
  }
  const { quick, endpoint: url, stage = 'dev', inventory, profile, name, results } = values;
  const endpoint = url === undefined ? undefined : { url, stage, inventory };
  return { quick, endpoint, profile, name, results, allowRemote: values['allow-remote'] };
}
