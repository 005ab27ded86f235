import type { ServiceDefinition } from '@grpc/grpc-js';
import * as z from 'zod';
import { InvalidArgument } from './service-error.ts';

/** An order's id. It has no `#`, so it never collides with a row whose key is `kind#id`. */
export const orderId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be 1 to 64 letters, digits or hyphens');

/** An id from another system: of an item, a payment or a request. */
export const externalId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens, underscores, dots or colons');

/** Free text for the people who read the record later. */
export const reasonText = z.string().max(500, 'must have at most 500 characters');

/** A `common.v1.Money` as ts-proto decodes it; `minimum` is in minor units. */
export function money(minimum: number) {
  return z.object({
    minorUnits: z
      .int('must be a whole number of minor units')
      .min(minimum, `must be at least ${minimum}`)
      .max(1_000_000_000_000, 'must be at most 1,000,000,000,000'),
    currency: z
      .string()
      .refine((code) => CURRENCIES.has(code), 'must be the upper-case code of an ISO 4217 currency, such as USD'),
  });
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** A request whose bytes are not a message of the method's type. */
export class UndecodableRequest {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/**
 * The same service definition, with decoders that pass an `UndecodableRequest` on to the handler. By default grpc-js
 * answers INTERNAL to malformed bytes, which blames the service for the caller's mistake.
 */
export function deferDecodeErrors<Definition extends ServiceDefinition>(definition: Definition): Definition {
  const entries = Object.entries(definition).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes);
      } catch (error) {
        return new UndecodableRequest(error);
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(entries) as Definition;
}

/**
 * Parses a request by its schema.
 *
 * @throws InvalidArgument with metadata `field`: the path in the proto's spelling, such as `lines[2].item_id`, or
 * `request` for a message that could not be decoded
 */
export function validated<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  if (request instanceof UndecodableRequest) {
    const tooDeep = request.cause instanceof RangeError;
    throw invalid(
      'request',
      `the message is ${tooDeep ? 'nested too deeply or holds a number out of range' : 'malformed'}`,
    );
  }
  const result = schema.safeParse(request);
  if (result.success) {
    return result.data;
  }
  const [issue] = result.error.issues;
  throw invalid(protoPath(issue?.path ?? []), issue?.message ?? 'is not valid');
}

/** INVALID_ARGUMENT that blames one field. */
export function invalid(field: string, problem: string): InvalidArgument {
  return new InvalidArgument({ reason: 'INVALID_ARGUMENT', message: `${field}: ${problem}`, metadata: { field } });
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
