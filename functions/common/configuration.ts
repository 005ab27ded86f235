import * as z from 'zod';

/** Thrown when a program cannot run as configured. The message says what to change; a restart does not help. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

function wholeNumber(fallback: number, minimum: number, maximum: number) {
  // Number() alone takes a blank for 0, and also 0x10 and 1e3.
  return z
    .string()
    .regex(/^\s*-?\d+(\.\d+)?\s*$/, 'must be a number')
    .transform(Number)
    .pipe(
      z
        .number()
        .int(`must be a whole number from ${minimum} to ${maximum}`)
        .min(minimum, `must be ${minimum} or more`)
        .max(maximum, `must be ${maximum} or less`),
    )
    .default(fallback);
}

function required(description: string) {
  return z.string({ error: `is not set; it must be ${description}` }).min(1, `must be ${description}`);
}

/** A URL whose responses nobody on the network can change. Anyone who could would be able to sign tokens. */
const SECURE_URL = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/;

/** Names alone: an address would be one that cannot be checked by who owns it. */
const HOST_NAMES = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*(?:\s*,\s*[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)*$/i;

const VARIABLES = {
  ORDERS_TABLE: required('the name of the orders table'),
  ORDER_STATISTICS_TABLE: required('the name of the table of order statistics'),
  ORDER_SAGA_ARN: required("the order saga's state machine ARN"),
  WEBHOOKS_TABLE: required('the name of the table of webhooks'),
  WEBHOOK_DELIVERIES_TABLE: required('the name of the table of deliveries to webhooks'),
  WEBHOOK_DELIVERY_ARN: required("the state machine ARN of the webhooks' deliveries"),
  /** The EventBridge bus that gets every event of an order; none on a laptop. */
  EVENT_BUS_NAME: z.string().min(1).optional(),
  /** Whether webhooks may lead to this machine's own loopback addresses, over http too. */
  WEBHOOK_LOOPBACK: z.enum(['allowed', 'refused'], { error: 'must be allowed or refused' }).default('refused'),
  /** Hosts to which webhooks may lead whatever their addresses, over http too, separated by commas. */
  WEBHOOK_TRUSTED_HOSTS: z
    .string()
    .regex(HOST_NAMES, 'must be host names such as receiver.internal, separated by commas')
    .transform((names) => names.toLowerCase().split(/\s*,\s*/))
    .optional(),
  REFUND_SAGA_ARN: required("the refund saga's state machine ARN"),
  INVENTORY_GRPC_URL: required('the inventory service as host:port, grpc://host:port or grpcs://host:port'),
  PAYMENT_GRPC_URL: required('the payment service as host:port, grpc://host:port or grpcs://host:port'),
  /** How long an order without a payment method waits for `/payment/pay`. */
  PAYMENT_WINDOW_SECONDS: wholeNumber(900, 1, 86_400),
  /** Most pieces that one order without a payment method may hold. */
  UNPAID_ORDER_MAX_COUNT: wholeNumber(1_000, 1, 1_000_000),
  /** Longest payment window of an order without a payment method. */
  UNPAID_ORDER_MAX_WINDOW_SECONDS: wholeNumber(3_600, 1, 86_400),
  /** `whsec_…` as the payment provider shows it; several, while it changes, separated by commas. Unset: no event is taken. */
  PAYMENT_EVENT_SECRET: z.string().min(1).optional(),
  /** Where the simulated provider reports to. Unset: payments go to a real provider, and its page for customers is used. */
  SIMULATED_PROVIDER_EVENTS_URL: z
    .url({ protocol: /^https?$/, error: 'must be the URL of POST /payment/events' })
    .optional(),
  /** Requests of `/orders/place` that one process handles at a time; more are refused. */
  PLACE_MAX_IN_FLIGHT: wholeNumber(256, 1, 100_000),
  /** Longest wait for one reply of a gRPC service. */
  GRPC_DEADLINE_MS: wholeNumber(5_000, 1, 60_000),
  /** Calls that one process has open to one gRPC service; as many again may wait. */
  GRPC_MAX_CONCURRENT_CALLS: wholeNumber(128, 1, 100_000),
  /** PEM files for grpcs://. Certificate and key together make the TLS mutual. */
  GRPC_CA_FILE: z.string().min(1).optional(),
  GRPC_CLIENT_CERT_FILE: z.string().min(1).optional(),
  GRPC_CLIENT_KEY_FILE: z.string().min(1).optional(),
  /** The secret of AWS Secrets Manager with these certificates, in place of the files. */
  GRPC_TLS_SECRET: z.string().min(1).optional(),
  /** Who may call the API: everybody, holders of an API key, or holders of a bearer token (a JWT). */
  AUTH_MODE: z.enum(['none', 'api-key', 'jwt'], { error: 'must be none, api-key or jwt' }),
  /** `name:sha256:<hash>`, separated by commas. */
  API_KEYS: required('one or more keys as `npm run api-key -- create NAME` prints them'),
  JWT_ISSUER: required('the iss of the tokens'),
  JWT_AUDIENCE: required('the aud of the tokens'),
  JWT_ALGORITHM: z.enum(['RS256', 'ES256'], { error: 'must be RS256 or ES256' }).default('RS256'),
  JWT_CLOCK_TOLERANCE_SECONDS: wholeNumber(5, 0, 300),
  /** The URL of the issuer's keys, or its only public key in PEM. */
  JWT_JWKS_URL: z
    .string()
    .regex(SECURE_URL, 'must be a URL such as https://issuer.example/keys; http:// is for loopback addresses only')
    .optional(),
  JWT_PUBLIC_KEY: z.string().min(1).optional(),
};

/** Levels of Powertools, in any case, and the services' name for `CRITICAL`. */
const LEVEL = z
  .string()
  .regex(
    /^(?:trace|debug|info|warn|error|critical|fatal|silent)$/i,
    'must be one of TRACE, DEBUG, INFO, WARN, ERROR, CRITICAL, SILENT',
  );

const COLLECTOR = z.url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:4318' });

/** Read elsewhere: Powertools takes a level that it does not know for INFO, OpenTelemetry loses spans without a word. */
const READ_BY_OTHERS = {
  LOG_LEVEL: LEVEL,
  POWERTOOLS_LOG_LEVEL: LEVEL,
  METRICS: z.enum(['cloudwatch', 'prometheus', 'off'], { error: 'must be one of cloudwatch, prometheus, off' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: COLLECTOR,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: COLLECTOR,
  OTEL_BSP_SCHEDULE_DELAY: wholeNumber(5_000, 1, 600_000),
};

type Variables = typeof VARIABLES;

/** The values of AUTH_MODE. */
export type AuthMode = z.infer<Variables['AUTH_MODE']>;

/** The values of the named variables. */
export type Configuration<Name extends keyof Variables> = { readonly [N in Name]: z.infer<Variables[N]> };

/**
 * Reads the named environment variables and checks them. An empty variable counts as unset.
 *
 * @example
 * const { ORDERS_TABLE, GRPC_DEADLINE_MS } = readConfiguration(['ORDERS_TABLE', 'GRPC_DEADLINE_MS']);
 *
 * @throws ConfigurationError naming every variable that is missing or wrong, and what it must be
 */
export function readConfiguration<const Name extends keyof Variables>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
): Configuration<Name> {
  const faults: string[] = [];
  const entries = names.map((name) => {
    const checked = VARIABLES[name].safeParse(environment[name] === '' ? undefined : environment[name]);
    if (!checked.success) {
      faults.push(...checked.error.issues.map(({ message }) => `${name} ${message}`));
    }
    return [name, checked.data];
  });
  if (faults.length > 0) {
    throw new ConfigurationError(`Environment variable ${faults.join('; ')}`);
  }
  return Object.fromEntries(entries) as Configuration<Name>;
}

/**
 * What is wrong with the variables that an environment sets, one sentence each. A program that runs the functions can so
 * refuse a wrong value at its start, before a request meets it.
 */
export function faultsOfSetVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries({ ...VARIABLES, ...READ_BY_OTHERS }).flatMap(([name, schema]) => {
    const text = environment[name];
    const checked = text === undefined || text === '' ? undefined : schema.safeParse(text);
    return (checked?.error?.issues ?? []).map(({ message }) => `${name} is '${text}'; it ${message}.`);
  });
}
