import * as z from 'zod';

/** Thrown at start when the environment cannot be used; the message names each variable and what it must be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** A variable that holds a whole number from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number, byDefault: number) {
  return z.coerce.number().pipe(z.int().min(minimum).max(maximum)).default(byDefault);
}

/** A variable that switches something on: `1` is on, `0` is off and the default. */
export const onOrOff = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');

/**
 * Reads configuration from environment variables. An empty one counts as unset, as compose files pass them on that way.
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
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ConfigurationError(`The environment is not usable. ${problems.join('; ')}`, { cause: result.error });
}
