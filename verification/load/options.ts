import { parseArgs } from 'node:util';
import { type StackAddresses, stackAddressesFrom } from '../stack/stack-addresses.ts';
import { defaultResultsFolder } from './results.ts';
import { PROFILES, type Profile } from './scenarios/phases.ts';

/** What `--help` shows. */
export const HELP = `npm run load:smoke | load:spike [-- options]

Sends mixed orders with artillery, waits until all have ended, and checks that no invariant is broken and nothing that
was accepted is lost. Uses the stack that runs on this machine; where none does, starts one for the time of the run.

  --endpoint URL       the HTTP API to load (default http://127.0.0.1:$HTTP_PORT, 3000)
  --aws-endpoint URL   its DynamoDB and Step Functions (default $AWS_ENDPOINT_URL or http://127.0.0.1:4566)
  --inventory ADDR     its Inventory service, host:port (default $INVENTORY_GRPC_URL or 127.0.0.1:50051)
  --name NAME          of the results: NAME.json, .md, .svg and .answers.jsonl (default: the profile's name)
  --results DIR        where they go (default verification/load/results)
  --rate FACTOR        as many customers a second, times this (default 1)
  --duration FACTOR    as long, times this (default 1)
  --drain-seconds N    the longest to wait for open orders (default 300)
  --strict             in load:smoke, too, a refused or broken connection is a failure; without it a process may be
                       killed in the middle of a smoke run
  --allow-remote       lets the load go to another machine
  --help               this text`;

/** How one run of the load was asked for. */
export interface LoadOptions {
  readonly profile: Profile;
  readonly addresses: StackAddresses;
  readonly startOwn: boolean;
  readonly allowRemote: boolean;
  readonly name: string;
  readonly results: string;
  readonly rate: number;
  readonly duration: number;
  readonly drain_seconds: number;
  readonly toleratesUnreachable: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {Error} naming the option at fault
 */
export function readLoadOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): LoadOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      endpoint: { type: 'string' },
      'aws-endpoint': { type: 'string' },
      inventory: { type: 'string' },
      name: { type: 'string' },
      results: { type: 'string', default: defaultResultsFolder },
      rate: { type: 'string', default: '1' },
      duration: { type: 'string', default: '1' },
      'drain-seconds': { type: 'string', default: '300' },
      strict: { type: 'boolean', default: false },
      'allow-remote': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  const profile = PROFILES.find((known) => known === positionals[0]);
  if (profile === undefined || positionals.length > 1) {
    throw new Error(`Name one load: ${PROFILES.join(' or ')}, not "${positionals.join(' ')}".`);
  }
  const usual = stackAddressesFrom(environment);
  return {
    profile,
    addresses: {
      http: url('--endpoint', values.endpoint) ?? usual.http,
      aws: url('--aws-endpoint', values['aws-endpoint']) ?? usual.aws,
      inventory: values.inventory ?? usual.inventory,
    },
    startOwn: values.endpoint === undefined,
    allowRemote: values['allow-remote'],
    name: fileName(values.name ?? profile),
    results: values.results,
    rate: positive('--rate', values.rate),
    duration: positive('--duration', values.duration),
    drain_seconds: positive('--drain-seconds', values['drain-seconds']),
    toleratesUnreachable: profile === 'smoke' && !values.strict,
  };
}

function url(option: string, text: string | undefined): string | undefined {
  if (text === undefined || URL.canParse(text)) {
    return text;
  }
  throw new Error(`${option} is "${text}"; it must be a URL such as http://127.0.0.1:3000.`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) {
    return value;
  }
  throw new Error(`${option} is "${text}"; it must be a number above 0.`);
}

function fileName(name: string): string {
  if (/^[\w-]+$/.test(name)) {
    return name;
  }
  throw new Error(`--name is "${name}"; it becomes a file name, so letters, digits, _ and - only.`);
}
