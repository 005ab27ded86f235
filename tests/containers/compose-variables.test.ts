import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';
import { parseYaml } from '../support/yaml.ts';

// Whoever sets a variable of docs/configuration.md expects it to work in containers too.

const composeFile = z.looseObject({
  services: z.record(z.string(), z.looseObject({ environment: z.record(z.string(), z.unknown()).default({}) })),
});

const NO_FILES = 'the container has no such file; mount it in a file of your own';
const DEPLOYED = 'serverless.yml sets it';
const ADDRESS = 'an address or port inside of the containers';
const ON_AWS = 'for a deployment to AWS';
const PROCESS = 'set for a process by the one that starts it';

/** Why neither file passes a variable. */
const FOR_NEITHER: Readonly<Record<string, string>> = {
  GRPC_CA_FILE: NO_FILES,
  GRPC_CLIENT_CERT_FILE: NO_FILES,
  GRPC_CLIENT_KEY_FILE: NO_FILES,
  JWT_PUBLIC_KEY_FILE: NO_FILES,
  TLS_CERT_FILE: NO_FILES,
  TLS_KEY_FILE: NO_FILES,
  TLS_CLIENT_CA_FILE: NO_FILES,
  GRPC_TLS_SECRET: ON_AWS,
  GRPC_CERTIFICATES_LAYER_ARN: ON_AWS,
  TLS_SECRET: ON_AWS,
  IMAGE_TAG: ON_AWS,
  ALARM_EMAIL: ON_AWS,
  TELEMETRY_LAYER_ARN: ON_AWS,
  TELEMETRY_COLLECTOR_IMAGE: ON_AWS,
  HEALTH_PORT: ON_AWS,
  AWS_ENDPOINT_URL_DYNAMODB: ADDRESS,
  LISTEN_HOST: ADDRESS,
  PORT: ADDRESS,
  ORDERS_TABLE: DEPLOYED,
  ORDER_STATISTICS_TABLE: DEPLOYED,
  WEBHOOKS_TABLE: DEPLOYED,
  WEBHOOK_DELIVERIES_TABLE: DEPLOYED,
  WEBHOOK_DELIVERY_ARN: DEPLOYED,
  EVENT_BUS_NAME: DEPLOYED,
  WEBHOOK_LOOPBACK: DEPLOYED,
  ORDER_SAGA_ARN: DEPLOYED,
  REFUND_SAGA_ARN: DEPLOYED,
  SIMULATED_PROVIDER_EVENTS_URL: DEPLOYED,
  POWERTOOLS_LOG_LEVEL: 'LOG_LEVEL is the same',
  FAULTS_ENABLED: 'the images refuse faults: they run with NODE_ENV=production',
  FAULTS_FILE: 'the images refuse faults: they run with NODE_ENV=production',
  PARENT_WATCH: PROCESS,
};

/** Why docker-compose.embedded.yml does not pass one more. */
const NOT_EMBEDDED: Readonly<Record<string, string>> = {
  INVENTORY_GRPC_URL: ADDRESS,
  PAYMENT_GRPC_URL: ADDRESS,
  AWS_ENDPOINT_URL: ADDRESS,
  AWS_REGION: ADDRESS,
  ITEMS_TABLE: PROCESS,
  RESERVATIONS_TABLE: PROCESS,
  PAYMENTS_TABLE: PROCESS,
  SEED_FILE: PROCESS,
  PAYMENT_ACTION_URL: PROCESS,
  PAYMENT_EVENT_SECRET: 'the data folder has its own',
  METRICS_PORT: 'both services would take the same port',
};

const PLACES = [
  { file: 'docker-compose.yml', also: {}, containers: ['deploy', 'inventory', 'payment'] },
  { file: 'docker-compose.embedded.yml', also: NOT_EMBEDDED, containers: ['orders'] },
] as const;

/** The variables of a section's table, each with what the page says of it. */
function variablesOf(section: string): ReadonlyMap<string, string> {
  const page = readFileSync(join(PROJECT_ROOT, 'docs/configuration.md'), 'utf8');
  const text = page.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? '';
  const rows = [...text.matchAll(/^\| (`[^|]*) \|(.*)$/gm)];
  return new Map(
    rows.flatMap(([, cell = '', rest = '']) =>
      [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => [name, rest] as const),
    ),
  );
}

function passedBy(file: string, containers: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const { services } = composeFile.parse(parseYaml(readFileSync(join(PROJECT_ROOT, file), 'utf8')));
  return new Map(containers.map((name) => [name, new Set(Object.keys(services[name]?.environment ?? {}))]));
}

describe.each(PLACES)('$file', ({ file, also, containers }) => {
  const passed = passedBy(file, containers);
  const left: Readonly<Record<string, string>> = { ...FOR_NEITHER, ...also };

  test.each([
    ['The functions', ['deploy', 'orders']],
    ['The services', ['inventory', 'payment', 'orders']],
  ] as const)('passes every variable of “%s” to the containers that read it', (section, readers) => {
    const variables = variablesOf(section);
    expect(variables.size).toBeGreaterThan(20);
    const missing = containers
      .filter((container) => readers.some((reader) => reader === container))
      .flatMap((container) =>
        [...variables]
          .filter(([name, text]) => !(name in left) && isReadBy(container, text))
          .filter(([name]) => passed.get(container)?.has(name) !== true)
          .map(([name]) => `${name} to ${container}`),
      );
    expect(missing).toEqual([]);
  });

  test('passes nothing that it is said not to pass', () => {
    const all = new Set(containers.flatMap((container) => [...(passed.get(container) ?? [])]));
    expect([...all].filter((name) => name in left)).toEqual([]);
  });
});

test('every variable that a file leaves out is one of docs/configuration.md', () => {
  const known = new Set(
    ['Traces and metrics', 'The functions', 'The services'].flatMap((section) => [...variablesOf(section).keys()]),
  );
  const left = Object.keys({ ...FOR_NEITHER, ...NOT_EMBEDDED });
  expect(left.filter((name) => !known.has(name))).toEqual([]);
});

/** The page names the service of a variable that only one of them reads. */
function isReadBy(container: string, text: string): boolean {
  const [, service] = text.match(/\| (Inventory|Payment): /) ?? [];
  const only = service?.toLowerCase();
  return only === undefined || only === container || container === 'orders';
}
