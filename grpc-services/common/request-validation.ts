import * as z from 'zod';
import { InvalidArgument } from './service-error.ts';

/** An order's id: 1 to 64 letters, digits and hyphens, so that it never collides with rows keyed `kind#id`. */
export const orderId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be 1 to 64 letters, digits or hyphens');

/** An id that another system chose (an item, a payment, a request): 1 to 64 letters, digits and `-_.:`. */
export const foreignId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens, underscores, dots or colons');

/** Free text for people who read the record later. */
export const reasonText = z.string().max(500, 'must have at most 500 characters');

/** Money as ts-proto reads it. `minimum` is in minor units. */
export function money(minimum: number) {
  return z.object({
    minorUnits: z
      .int('must be a whole number of minor units')
      .min(minimum, `must be at least ${minimum}`)
      .max(1_000_000_000_000, 'must be at most 1,000,000,000,000'),
    currency: z
      .string()
      .refine((code) => currencies.has(code), 'must be the upper-case code of an ISO 4217 currency, such as USD'),
  });
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * The request as the schema reads it.
 *
 * @throws InvalidArgument whose metadata `field` is the path in the proto's own spelling, such as `lines[2].item_id`
 */
export function validated<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  const result = schema.safeParse(request);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  const field = protoPath(issue?.path ?? []);
  throw new InvalidArgument({
    reason: 'INVALID_ARGUMENT',
    message: `${field}: ${issue?.message ?? 'is not valid'}`,
    metadata: { field },
  });
}

function protoPath(path: readonly PropertyKey[]): string {
  let spelled = '';
  for (const part of path) {
    if (typeof part === 'number') {
      spelled += `[${part}]`;
    } else {
      spelled += `${spelled === '' ? '' : '.'}${snakeCase(String(part))}`;
    }
  }
  return spelled === '' ? 'request' : spelled;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
