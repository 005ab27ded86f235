import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { linkUrls } from '../addresses.ts';
import { clientTlsEnvironment } from '../certificate-files.ts';
import { ConfigurationError, PROJECT_ROOT, type StackConfiguration } from '../configuration.ts';
import type { LambdaFunction } from '../lambda/lambda-function.ts';
import { LocalTemplate } from './local-template.ts';
import type { Serverless, ServerlessFunction } from './serverless-service.ts';

/** Where serverless-offline finds the functions, and where it listens. */
export interface LocalFunctions {
  /** Folder for the modules that re-export the functions' sources. */
  readonly folder: string;
  /** Port of serverless-offline's HTTP server, behind the reverse proxy. */
  readonly apiPort: number;
  /** Variables of the functions that take the payment provider's events, or send them. */
  readonly paymentEvents: Readonly<Record<'PAYMENT_EVENT_SECRET' | 'SIMULATED_PROVIDER_EVENTS_URL', string>>;
}

/** The functions as the API process and its thread of functions load them. */
export interface LoadedFunctions {
  /** File URLs of the sources that the API itself calls. */
  readonly apiModules: readonly string[];
  readonly functions: readonly LambdaFunction[];
}

/** Lambda's defaults, in seconds and megabytes. */
const DEFAULT_TIMEOUT = 6;
const DEFAULT_MEMORY = 1024;

/**
 * Gives the functions of a loaded serverless.yml their local environment and sources, and serverless-offline its port.
 */
export function configureLocalFunctions(
  serverless: Serverless,
  configuration: StackConfiguration,
  { folder, apiPort, paymentEvents }: LocalFunctions,
): LoadedFunctions {
  const { service } = serverless;
  const template = LocalTemplate.of(serverless);
  const functions = Object.entries(service.functions);
  const { authMode } = configuration;
  const common = {
    ...template.resolveEnvironment(service.provider.environment, 'provider.environment'),
    AUTH_MODE: authMode,
    // The API's /metrics shows them; CloudWatch's lines would fill the log.
    METRICS: process.env.METRICS || 'prometheus',
    // serverless.yml was read before the stack began to keep traces.
    OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '',
    ...serviceAddresses(configuration),
  };
  service.provider.environment = common;
  Object.assign(process.env, common);
  for (const [key, definition] of functions) {
    const environment = template.resolveEnvironment(definition.environment, `functions.${key}.environment`);
    // Receivers of webhooks are tried out on the laptop itself.
    const overrides = { ...paymentEvents, WEBHOOK_LOOPBACK: 'allowed' };
    const local = Object.entries(overrides).filter(([name]) => name in environment);
    definition.environment = { ...environment, ...Object.fromEntries(local) };
    if (authMode === 'none') {
      removeAuthorizers(definition);
    }
    Object.assign(process.env, definition.environment, { AUTH_MODE: authMode });
  }
  const offline = service.custom?.['serverless-offline'];
  service.custom = {
    ...service.custom,
    'serverless-offline': {
      ...(typeof offline === 'object' && offline),
      location: folder,
      httpPort: apiPort,
      // Its Lambda endpoint cannot be left out. The thread of functions takes its place.
      lambdaPort: 0,
    },
  };
  const handlers = functions.map(([, { handler }]) => handler);
  const urls = writeFunctionModules(PROJECT_ROOT, folder, handlers);
  const calledByTheApi = functions.filter(([, definition]) => isCalledByTheApi(definition));
  return {
    apiModules: [...new Set(calledByTheApi.map(([, { handler }]) => urls.get(handler) ?? ''))],
    functions: functions.map(([, definition]) => lambdaFunctionOf(definition, serverless)),
  };
}

/** serverless-offline calls these itself; they are seldom invoked through Lambda's endpoint. */
function isCalledByTheApi({ events = [] }: ServerlessFunction): boolean {
  return events.some(({ http, schedule }) => http !== undefined || schedule !== undefined);
}

function lambdaFunctionOf(definition: ServerlessFunction, { service: { provider } }: Serverless): LambdaFunction {
  const { handler, name, timeout, memorySize } = definition;
  return {
    name,
    module: pathToFileURL(resolve(PROJECT_ROOT, `${modulePath(handler)}.ts`)).href,
    exportName: handler.slice(handler.lastIndexOf('.') + 1),
    timeoutSeconds: timeout ?? provider.timeout ?? DEFAULT_TIMEOUT,
    memoryMb: memorySize ?? provider.memorySize ?? DEFAULT_MEMORY,
    preloaded: !isCalledByTheApi(definition),
  };
}

function serviceAddresses(configuration: StackConfiguration): Readonly<Record<string, string>> {
  const { inventory, payment } = linkUrls(configuration);
  const { certificatesDirectory } = configuration;
  if (certificatesDirectory === undefined) {
    return { INVENTORY_GRPC_URL: inventory, PAYMENT_GRPC_URL: payment };
  }
  return {
    ...clientTlsEnvironment(certificatesDirectory),
    INVENTORY_GRPC_URL: encryptedUrl(inventory),
    PAYMENT_GRPC_URL: encryptedUrl(payment),
  };
}

/** serverless.yml requires API keys by default; the API of a laptop is open to its own user. */
function removeAuthorizers({ events = [] }: ServerlessFunction): void {
  for (const { http } of events) {
    delete http?.authorizer;
  }
}

/** By name, because TLS does not send addresses as server names (RFC 6066, section 3). */
function encryptedUrl(address: string): string {
  return `grpcs://${address.replace('127.0.0.1', 'localhost')}`;
}

/**
 * Writes a module for each handler, which serverless-offline loads by the handler's path and which re-exports the TypeScript
 * source. Nothing is bundled at the start, and the functions share one copy of every library and one connection to each
 * service. Deployments bundle with serverless-esbuild.
 *
 * serverless-offline loads the module again at every call. It tries the path without an extension first, and `require` answers
 * from its cache: 8 % of the CPU of a status call less than with an ES module.
 *
 * @param handlers as in serverless.yml, e.g. `functions/http/place-order.handler`
 * @returns the file URL of each handler's source
 */
export function writeFunctionModules(
  projectRoot: string,
  folder: string,
  handlers: readonly string[],
): ReadonlyMap<string, string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  const urlOf = new Map<string, string>();
  for (const handler of handlers) {
    const module = modulePath(handler);
    const source = resolve(projectRoot, `${module}.ts`);
    const file = join(folder, module);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `module.exports = require(${JSON.stringify(source)});\n`);
    urlOf.set(handler, pathToFileURL(source).href);
  }
  return urlOf;
}

function modulePath(handler: string): string {
  const dot = handler.lastIndexOf('.');
  if (dot <= 0) {
    throw new ConfigurationError(
      `Handler '${handler}' of serverless.yml must be <file without .ts>.<exported function>.`,
    );
  }
  return handler.slice(0, dot);
}
