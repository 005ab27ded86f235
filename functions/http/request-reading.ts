import type * as z from 'zod';
import {
  BodyTooLargeError,
  InvalidRequestError,
  type RequestFault,
  UnsupportedMediaTypeError,
} from '../common/errors.ts';
import type { HttpRequest } from './http-request.ts';

/** Largest body of a request, in bytes of UTF-8. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Most faults that one response names. */
const MAX_FAULTS = 20;

/** Longest name of a caller's field that a response repeats, in characters. */
const MAX_NAME_LENGTH = 64;

/** What of a request its body is read from. */
export type RequestBody = Pick<HttpRequest, 'body' | 'header'>;

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;
const FORM_MEDIA_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const JSON_MEDIA_TYPE = /^application\/([\w.+-]+\+)?json\s*(;|$)/i;

/**
 * True where a Content-Type means JSON. An absent type does not. A web page may send a body without a type to any server,
 * but a JSON body only to a server that allows it.
 */
export function isJsonMediaType(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_MEDIA_TYPE.test(contentType.trim());
}

/** @throws BodyTooLargeError where the body is larger than {@link MAX_BODY_BYTES} */
export function requireSmallBody({ body }: Pick<HttpRequest, 'body'>): void {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
    throw new BodyTooLargeError(`the body is larger than ${MAX_BODY_BYTES} bytes; send a smaller one`);
  }
}

/**
 * Parses the request's JSON body by a schema.
 *
 * @throws BodyTooLargeError, UnsupportedMediaTypeError or InvalidRequestError
 */
export function readBody<Schema extends z.ZodType>(request: RequestBody, schema: Schema): z.output<Schema> {
  requireSmallBody(request);
  if (request.body !== '' && !isJsonMediaType(request.header('content-type'))) {
    throw new UnsupportedMediaTypeError('the body must be JSON; send it as Content-Type: application/json');
  }
  assertPlainText(request);
  return checked(schema, parseJson(request.body));
}

/** True where a Content-Type means a form of an HTML page. */
export function isFormMediaType(contentType: string | undefined): boolean {
  return contentType !== undefined && FORM_MEDIA_TYPE.test(contentType.trim());
}

/**
 * Parses the body of a form by a schema; of several values of a field, the last.
 *
 * @throws BodyTooLargeError, UnsupportedMediaTypeError or InvalidRequestError
 */
export function readForm<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  requireSmallBody(request);
  if (!isFormMediaType(request.header('content-type'))) {
    throw new UnsupportedMediaTypeError('the body must be a form; send it as application/x-www-form-urlencoded');
  }
  assertPlainText(request);
  return checked(schema, Object.fromEntries(new URLSearchParams(request.body)));
}

/** Bodies are read as UTF-8: compressed ones, and those in another character set, would be read as something else. */
function assertPlainText(request: RequestBody): void {
  const encoding = request.header('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new UnsupportedMediaTypeError('the body is encoded; send it without a Content-Encoding');
  }
  const [, charset] = CHARSET.exec(request.header('content-type') ?? '') ?? [];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new UnsupportedMediaTypeError('the body must be JSON in UTF-8; send it as Content-Type: application/json');
  }
}

/** Parses the request's query by a schema; other parameters are ignored. @throws InvalidRequestError */
export function readQuery<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  return checked(schema, request.query);
}

/** Parses the variables of the request's path by a schema. @throws InvalidRequestError */
export function readPath<Schema extends z.ZodType>(request: HttpRequest, schema: Schema): z.output<Schema> {
  return checked(schema, request.pathVariables);
}

/**
 * Parses one header by a schema, which gets undefined for an absent header.
 *
 * @throws InvalidRequestError; also for a header that was sent more than once: nobody can tell which one was meant
 */
export function readHeader<Schema extends z.ZodType>(
  request: HttpRequest,
  name: string,
  schema: Schema,
): z.output<Schema> {
  const values = request.headerValues(name);
  if (values.length > 1) {
    throw new InvalidRequestError([{ path: name, message: `was sent ${values.length} times; send it once` }]);
  }
  const result = schema.safeParse(values[0]);
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

/** The faults that a schema found, each with its path in the request's own spelling, such as `list[0].count`. */
function requestFaults({ issues }: z.ZodError): readonly RequestFault[] {
  return issues.slice(0, MAX_FAULTS).flatMap((issue): readonly RequestFault[] => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: pathText(issue.path), message: issue.message }];
    }
    return issue.keys.slice(0, MAX_FAULTS).map((key) => ({
      path: pathText([...issue.path, key]),
      message: 'is not a field of this request; remove it',
    }));
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`;
    }
    const name = printable(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Field names come from the caller: unusual characters are quoted, long names are cut. */
function printable(name: string): string {
  const short = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  return /^[\w.-]+…?$/.test(short) ? short : JSON.stringify(short);
}
