import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { ConfigurationError, faultsOfSetVariables } from '../functions/common/configuration.ts';
import { CERTIFICATE_FILES, CERTIFICATES_FOLDER } from './certificate-files.ts';

/** The root of the checkout. Every path of the stack starts here, whatever the current directory. */
export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** The ports of the stack: the variable that moves each, its default and its listener. */
export const PORTS = {
  http: { variable: 'HTTP_PORT', default: 3000, listener: 'the HTTP API' },
  lambda: { variable: 'LAMBDA_PORT', default: 3002, listener: "the functions' Lambda endpoint" },
  endpoint: { variable: 'AWS_ENDPOINT_PORT', default: 4566, listener: 'the AWS endpoint (Step Functions)' },
  dynamodb: { variable: 'DYNAMODB_PORT', default: 8000, listener: 'DynamoDB (dynoxide)' },
  inventory: { variable: 'INVENTORY_PORT', default: 50051, listener: 'the Inventory service (gRPC)' },
  payment: { variable: 'PAYMENT_PORT', default: 50052, listener: 'the Payment service (gRPC)' },
} as const;

/** A listener of the stack. */
export type PortName = keyof typeof PORTS;

/**
 * Variables that put a proxy between the parts of the stack, such as one that injects faults: the other parts then call the
 * named address. Health checks still go to the part itself.
 */
export const LINKS = {
  lambda: { variable: 'EMBEDDED_LAMBDA_LINK', example: 'http://127.0.0.1:13002' },
  endpoint: { variable: 'EMBEDDED_ENDPOINT_LINK', example: 'http://127.0.0.1:14566' },
  dynamodb: { variable: 'EMBEDDED_DYNAMODB_LINK', example: 'http://127.0.0.1:18000' },
  inventory: { variable: 'EMBEDDED_INVENTORY_LINK', example: '127.0.0.1:15051' },
  payment: { variable: 'EMBEDDED_PAYMENT_LINK', example: '127.0.0.1:15052' },
} as const satisfies Partial<Record<PortName, { readonly variable: string; readonly example: string }>>;

/** A part of the stack that others call. */
export type LinkName = keyof typeof LINKS;

/** Parses one port number for each listener. */
export const portsSchema = z.object({
  http: z.int(),
  lambda: z.int(),
  endpoint: z.int(),
  dynamodb: z.int(),
  inventory: z.int(),
  payment: z.int(),
} satisfies Record<PortName, z.ZodInt>);

/** Further ports, on which a service answers with its metrics where the variable is set. */
const METRICS_PORTS = [{ variable: 'INVENTORY_METRICS_PORT' }, { variable: 'PAYMENT_METRICS_PORT' }] as const;

/** Certificates of a deployment. The stack encrypts its calls by certificates of its own. */
const DEPLOYED_CERTIFICATES = [
  'GRPC_CA_FILE',
  'GRPC_CLIENT_CERT_FILE',
  'GRPC_CLIENT_KEY_FILE',
  'GRPC_TLS_SECRET',
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'TLS_CLIENT_CA_FILE',
  'TLS_SECRET',
] as const;

const HOST_AND_PORT = /^(?:\[[0-9a-f:.]+\]|[^:/?#\s]+):\d{1,5}$/i;

const { tokenRules } = createRequire(import.meta.url)('../functions/access.cjs') as {
  /** @throws Error naming what is missing */
  readonly tokenRules: (environment: NodeJS.ProcessEnv) => unknown;
};

/** One port number for each listener. */
export type Ports = Readonly<z.infer<typeof portsSchema>>;

/** Who may call the local API; see docs/security.md. */
export const AUTH_MODES = ['none', 'api-key', 'jwt'] as const;

/** Where the traces of the stack are kept: in its memory for the console, or not by the stack; see docs/telemetry.md. */
export const TRACES_CHOICES = ['off', 'console'] as const;

/** How this stack runs, read once from the environment. */
export interface StackConfiguration {
  readonly ports: Ports;
  /** Absolute path of the folder with everything that survives a restart. */
  readonly dataDirectory: string;
  /** An existing DynamoDB (`DYNAMODB_ENDPOINT_URL`) that replaces dynoxide. */
  readonly externalDynamoDbUrl: string | undefined;
  /** The address of each proxy that stands between the parts (`LINKS`). */
  readonly links: Readonly<Partial<Record<LinkName, string>>>;
  /** Who may call the HTTP API (`AUTH_MODE`). Default `none`: everybody. */
  readonly authMode: (typeof AUTH_MODES)[number];
  /** Absolute path of the folder with the certificates of mutual TLS (`EMBEDDED_MTLS=1`); undefined for plaintext. */
  readonly certificatesDirectory: string | undefined;
  /** Where traces are kept (`TRACES`). Default `off`. */
  readonly traces: (typeof TRACES_CHOICES)[number];
}

export { ConfigurationError };

/**
 * Reads the configuration from environment variables.
 *
 * @throws ConfigurationError naming the variable and a valid example
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): StackConfiguration {
  const ports: Ports = {
    http: portFrom(environment, 'http'),
    lambda: portFrom(environment, 'lambda'),
    endpoint: portFrom(environment, 'endpoint'),
    dynamodb: portFrom(environment, 'dynamodb'),
    inventory: portFrom(environment, 'inventory'),
    payment: portFrom(environment, 'payment'),
  };
  refuseDuplicatePorts(ports, environment);
  const authMode = authModeFrom(environment);
  refuseUnusableVariables(environment);
  const directory = environment.EMBEDDED_DATA_DIR || '.embedded';
  return {
    ports,
    dataDirectory: isAbsolute(directory) ? directory : join(PROJECT_ROOT, directory),
    externalDynamoDbUrl: urlFrom(environment, 'DYNAMODB_ENDPOINT_URL'),
    links: linksFrom(environment),
    authMode,
    certificatesDirectory: certificatesDirectoryFrom(environment),
    traces: tracesFrom(environment),
  };
}

function tracesFrom(environment: NodeJS.ProcessEnv): StackConfiguration['traces'] {
  const { TRACES } = environment;
  const text = TRACES || 'off';
  const choice = TRACES_CHOICES.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new ConfigurationError(`TRACES is '${text}'; it must be one of ${TRACES_CHOICES.join(', ')}.`);
  }
  const collector = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (choice === 'console' && collector) {
    throw new ConfigurationError(
      `TRACES is console, but OTEL_EXPORTER_OTLP_ENDPOINT sends the spans to ${collector}; unset one of them.`,
    );
  }
  return choice;
}

function authModeFrom(environment: NodeJS.ProcessEnv): StackConfiguration['authMode'] {
  const text = environment.AUTH_MODE || 'none';
  const mode = AUTH_MODES.find((candidate) => candidate === text);
  if (mode === undefined) {
    throw new ConfigurationError(`AUTH_MODE is '${text}'; it must be one of ${AUTH_MODES.join(', ')}.`);
  }
  if (mode === 'api-key' && !environment.API_KEYS) {
    throw new ConfigurationError(
      'AUTH_MODE is api-key, but API_KEYS names no key; make one with `npm run api-key -- create NAME`.',
    );
  }
  if (mode === 'jwt') {
    try {
      tokenRules(environment);
    } catch (error) {
      throw new ConfigurationError(error instanceof Error ? error.message : String(error));
    }
  }
  return mode;
}

function certificatesDirectoryFrom(environment: NodeJS.ProcessEnv): string | undefined {
  const text = environment.EMBEDDED_MTLS || '0';
  if (text !== '0' && text !== '1') {
    throw new ConfigurationError(`EMBEDDED_MTLS is '${text}'; it must be 1 for mutual TLS, or 0.`);
  }
  if (text === '0') {
    const variable = DEPLOYED_CERTIFICATES.find((name) => environment[name]);
    if (variable !== undefined) {
      throw new ConfigurationError(
        `${variable} is set, but only EMBEDDED_MTLS=1 encrypts the calls of this stack; unset ${variable}.`,
      );
    }
    return undefined;
  }
  const folder = resolve(PROJECT_ROOT, environment.CERTIFICATES_DIR || CERTIFICATES_FOLDER);
  const missing = Object.values(CERTIFICATE_FILES).find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) {
    throw new ConfigurationError(
      `EMBEDDED_MTLS is 1, but ${join(folder, missing)} is not there; make it with \`npm run certificates\`.`,
    );
  }
  return folder;
}

/** The functions would meet these only with the first request, as an error that says nothing to the customer. */
function refuseUnusableVariables(environment: NodeJS.ProcessEnv): void {
  const faults = faultsOfSetVariables(environment);
  if (faults.length > 0) {
    throw new ConfigurationError(faults.join('\n'));
  }
}

function linksFrom(environment: NodeJS.ProcessEnv): StackConfiguration['links'] {
  const named = (Object.keys(LINKS) as LinkName[]).flatMap((name) => {
    const { variable, example } = LINKS[name];
    const text = environment[variable];
    if (text === undefined || text === '') {
      return [];
    }
    if (!(example.includes('://') ? isHttpUrl(text) : HOST_AND_PORT.test(text))) {
      throw new ConfigurationError(`${variable} is '${text}'; it must be an address such as ${example}.`);
    }
    return [[name, text]];
  });
  return Object.fromEntries(named);
}

/** `localhost:8000` is a URL too, of a scheme `localhost`. */
function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function portFrom(environment: NodeJS.ProcessEnv, name: PortName): number {
  const { variable, default: byDefault, listener } = PORTS[name];
  const text = environment[variable];
  if (text === undefined || text === '') {
    return byDefault;
  }
  const port = wholeNumberIn(text);
  if (!(port >= 1 && port <= 65_535)) {
    throw new ConfigurationError(
      `${variable} is '${text}'; the port of ${listener} must be a whole number from 1 to 65535, e.g. ${variable}=${byDefault}.`,
    );
  }
  return port;
}

/** NaN for everything else: Number() takes a blank for 0, and also 0x10 and 1e3. */
function wholeNumberIn(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
}

function refuseDuplicatePorts(ports: Ports, environment: NodeJS.ProcessEnv): void {
  const owners = new Map<number, string>();
  const named = portNames().map((name) => ({ variable: PORTS[name].variable, port: ports[name] }));
  for (const { variable, port } of [...named, ...metricsPortsFrom(environment)]) {
    const other = owners.get(port);
    if (other !== undefined) {
      throw new ConfigurationError(`${other} and ${variable} are both ${port}; give each a port of its own.`);
    }
    owners.set(port, variable);
  }
}

/** Those that are set; 0 is none. */
function metricsPortsFrom(environment: NodeJS.ProcessEnv): readonly { variable: string; port: number }[] {
  return METRICS_PORTS.flatMap(({ variable }) => {
    const text = environment[variable];
    const port = wholeNumberIn(text || '0');
    if (!(port <= 65_535)) {
      throw new ConfigurationError(
        `${variable} is '${text}'; it must be a whole number from 0 to 65535, where 0 is none.`,
      );
    }
    return port === 0 ? [] : [{ variable, port }];
  });
}

/** The names of all listeners. */
export function portNames(): readonly PortName[] {
  return Object.keys(PORTS) as PortName[];
}

function urlFrom(environment: NodeJS.ProcessEnv, variable: string): string | undefined {
  const text = environment[variable];
  if (text === undefined || text === '') {
    return undefined;
  }
  if (!isHttpUrl(text)) {
    throw new ConfigurationError(`${variable} is '${text}'; it must be a URL, e.g. ${variable}=http://127.0.0.1:8000.`);
  }
  return text;
}
