import * as z from 'zod';
import { LOG_LEVELS, type LogLevel } from './logger.ts';

/** Thrown at the start when the environment is not usable. The message names each variable and what it must be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** A variable that holds a whole number from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number, byDefault: number) {
  return wholeNumberWithin(minimum, maximum).default(byDefault);
}

function wholeNumberWithin(minimum: number, maximum: number) {
  const error = `must be a whole number from ${minimum} to ${maximum}`;
  // Number() alone takes a blank for 0, and also 0x10 and 1e3.
  return z
    .string()
    .regex(/^\s*\d+\s*$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(minimum, { error }).max(maximum, { error }));
}

/** A variable that is a switch: `1` is on, `0` is off and the default. */
export const onOrOff = z
  .enum(['0', '1'], { error: 'must be 1 for on, or 0' })
  .default('0')
  .transform((value) => value === '1');

/** A log level in any case. `CRITICAL` is `fatal` by the name that the functions' logger gives it. */
const logLevel = z
  .string()
  .transform((name) => (name.toLowerCase() === 'critical' ? 'fatal' : name.toLowerCase()))
  .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))
  .default('info' satisfies LogLevel);

/** The variables that both services read; `docs/configuration.md` explains them. Only the default port differs. */
export function serviceEnvironment(defaultPort: number) {
  return z.object({
    LISTEN_HOST: z.string().min(1).default('127.0.0.1'),
    PORT: wholeNumber(0, 65_535, defaultPort),
    LOG_LEVEL: logLevel,
    DRAIN_SECONDS: wholeNumber(0, 3600, 10),
    CALL_DEADLINE_SECONDS: wholeNumber(1, 3600, 10),
    MAX_CONCURRENT_CALLS: wholeNumber(1, 10_000, 64),
    MAX_QUEUED_CALLS: wholeNumber(0, 100_000, 512),
    PARENT_WATCH: onOrOff,
    TLS_CERT_FILE: z.string().min(1).optional(),
    TLS_KEY_FILE: z.string().min(1).optional(),
    TLS_CLIENT_CA_FILE: z.string().min(1).optional(),
    TLS_SECRET: z.string().min(1).optional(),
    HEALTH_PORT: wholeNumberWithin(1, 65_535).optional(),
    FAULTS_ENABLED: onOrOff,
    FAULTS_FILE: z.string().min(1).optional(),
    METRICS_PORT: wholeNumber(0, 65_535, 0),
    NODE_ENV: z.string().optional(),
    AWS_ENDPOINT_URL: z.url({ error: 'must be a URL such as http://127.0.0.1:8000' }).optional(),
    AWS_REGION: z.string().min(1).default('us-east-1'),
  });
}

/** The values of `serviceEnvironment`. */
export type ServiceEnvironment = z.output<ReturnType<typeof serviceEnvironment>>;

/**
 * Reads configuration from environment variables. An empty variable counts as unset, because compose files pass unset
 * variables on as empty ones.
 *
 * @throws ConfigurationError naming every variable that is missing or wrong
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(set);
  if (result.success) {
    return result.data;
  }
  const problems = result.error.issues.map(({ path, message }) => {
    const variable = path.join('.');
    return set[variable] === undefined ? `${variable} is not set` : `${variable} is '${set[variable]}': ${message}`;
  });
  throw new ConfigurationError(`The environment is not usable. ${problems.join('; ')}.`);
}
