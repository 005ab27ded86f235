import { fileURLToPath } from 'node:url';
import {
  choice,
  fileName,
  flag,
  hostAndPort,
  httpUrl,
  positiveNumber,
  required,
  text,
  type ValuesOf,
  withDefault,
} from '../command-line.ts';
import { type StackAddresses, stackAddressesFrom } from '../stack/stack-addresses.ts';
import { PROFILES, type Profile } from './scenarios/phases.ts';

/** The default folder for results; git ignores its files. */
const RESULTS_FOLDER = fileURLToPath(new URL('results', import.meta.url));

/** The command line of the load. */
export const LOAD_COMMAND_LINE = {
  command: 'npm run load:smoke --',
  description:
    'Sends mixed orders with artillery, waits until all have ended, and checks that no invariant is broken and nothing that was accepted is lost. Uses the stack that runs on this machine; where none does, starts one for the time of the run. `npm run load:spike` takes the same options.',
  options: {
    profile: required(choice('PROFILE', 'how many customers come, and when: smoke or spike', PROFILES)),
    endpoint: httpUrl('the HTTP API to load (default http://127.0.0.1:$HTTP_PORT, 3000)'),
    'aws-endpoint': httpUrl('its DynamoDB and Step Functions (default $AWS_ENDPOINT_URL or http://127.0.0.1:4566)'),
    inventory: hostAndPort('its Inventory service (default $INVENTORY_GRPC_URL or 127.0.0.1:50051)'),
    name: fileName("of the results: NAME.json, .md, .svg and .answers.jsonl (default the profile's name)"),
    results: text('DIR', 'where they go (default verification/load/results)'),
    rate: withDefault(1, positiveNumber('FACTOR', 'as many customers a second, times this')),
    duration: withDefault(1, positiveNumber('FACTOR', 'as long, times this')),
    'drain-seconds': withDefault(300, positiveNumber('N', 'the longest to wait for open orders')),
    strict: flag(
      'a refused or broken connection is a failure in the smoke profile, too; without it a process may be killed in the middle of a smoke run',
    ),
    'allow-remote': flag('lets the load go to another machine'),
  },
};

/** The options of one run of the load. */
export interface LoadOptions {
  readonly profile: Profile;
  readonly addresses: StackAddresses;
  readonly startOwn: boolean;
  readonly allowRemote: boolean;
  readonly name: string;
  readonly results: string;
  readonly rate: number;
  readonly duration: number;
  readonly drainSeconds: number;
  readonly toleratesUnreachable: boolean;
}

/** Completes the values of the command line with the addresses that the environment names. */
export function loadOptionsOf(
  values: ValuesOf<typeof LOAD_COMMAND_LINE.options>,
  environment: Readonly<Record<string, string | undefined>>,
): LoadOptions {
  const { profile, endpoint, inventory, name = profile, results = RESULTS_FOLDER, rate, duration, strict } = values;
  const usual = stackAddressesFrom(environment);
  return {
    profile,
    addresses: {
      http: endpoint ?? usual.http,
      aws: values['aws-endpoint'] ?? usual.aws,
      inventory: inventory ?? usual.inventory,
    },
    startOwn: endpoint === undefined,
    allowRemote: values['allow-remote'],
    name,
    results,
    rate,
    duration,
    drainSeconds: values['drain-seconds'],
    toleratesUnreachable: profile === 'smoke' && !strict,
  };
}
