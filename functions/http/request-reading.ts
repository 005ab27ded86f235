import type * as z from 'zod';
import { BodyTooLargeError, InvalidRequestError, UnsupportedMediaTypeError } from '../common/errors.ts';
import type { HttpRequest } from './http-request.ts';
import { isJsonMediaType } from './json-media-type.ts';
import { requestFaults } from './request-faults.ts';

/** Largest body of a request, in bytes of UTF-8. */
export const MOST_BODY_BYTES = 64 * 1024;

/**
 * The request's JSON body as the schema has it.
 *
 * @throws BodyTooLargeError, UnsupportedMediaTypeError or InvalidRequestError
 */
export function readBody<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  if (Buffer.byteLength(request.body, 'utf8') > MOST_BODY_BYTES) {
    throw new BodyTooLargeError(`the body is larger than ${MOST_BODY_BYTES} bytes; send a smaller one`);
  }
  if (request.body !== '' && !isJsonMediaType(request.header('content-type'))) {
    throw new UnsupportedMediaTypeError('the body must be JSON; send it as Content-Type: application/json');
  }
  return checked(schema, parseJson(request.body));
}

/** The request's query as the schema has it; parameters that the schema does not name are ignored. */
export function readQuery<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  return checked(schema, request.query);
}

/** One header of the request as the schema has it, which sees undefined where the header is absent. */
export function readHeader<Schema extends z.ZodType>(
  request: HttpRequest,
  name: string,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(request.header(name));
  if (result.success) {
    return result.data;
  }
  throw new InvalidRequestError(result.error.issues.map(({ message }) => ({ path: name, message })));
}

function parseJson(text: string): unknown {
  if (text.trim() === '') {
    throw new InvalidRequestError([{ path: '', message: 'the body is empty; send JSON' }]);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidRequestError([{ path: '', message: 'the body is not valid JSON; check its syntax' }], { cause });
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  throw new InvalidRequestError(requestFaults(result.error));
}
