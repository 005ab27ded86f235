import { randomUUID } from 'node:crypto';
import { parseTraceParent } from '@opentelemetry/core';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { ROLES, ROLES_OF, type Role } from '../access/roles.ts';
import { readConfiguration } from '../common/configuration.ts';
import { type Log, type Logger, logWith } from '../common/logger.ts';

/** One request to an endpoint. */
export interface HttpRequest {
  readonly requestId: string;
  /** The path, without the API's stage. */
  readonly path: string;
  /** Where the caller finds the API, such as `https://api.example/dev`; undefined where the request does not say. */
  readonly apiUrl: string | undefined;
  /** W3C trace context of the work that the request causes. */
  readonly traceparent: string;
  /** The caller, as the authorizer reports; undefined where the API runs without one. */
  readonly owner: string | undefined;
  /** What the caller may do; nothing where credentials are asked for and no authorizer has named the caller. */
  readonly roles: readonly Role[];
  /** A header by its name in any case; undefined where it is absent. */
  readonly header: HeaderLookup;
  /** Every value that was sent of a header, by its name in any case. */
  readonly headerValues: (name: string) => readonly string[];
  /** The variables of the path, decoded. */
  readonly pathVariables: Readonly<Record<string, string | undefined>>;
  /** The query's parameters, decoded; of several, the last. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The body as text; empty where there is none. */
  readonly body: string;
  /** The log of this request. */
  readonly log: Log;
}

/** Finds a header by its name in any case. */
export type HeaderLookup = (name: string) => string | undefined;

/** Makes the lookup for the headers of an event. */
export function headerLookup(headers: Readonly<Record<string, string | undefined>> | null): HeaderLookup {
  const byName = new Map(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const));
  return (name) => byName.get(name.toLowerCase());
}

/** Reads an event of API Gateway's proxy integration. */
export function httpRequest(event: APIGatewayProxyEvent, requestId: string, logger: Logger): HttpRequest {
  const header = headerLookup(event.headers);
  const traceparent = continueTrace(header('traceparent'));
  const named: unknown = event.requestContext?.authorizer?.owner;
  const owner = typeof named === 'string' && named !== '' ? named : undefined;
  const body = bodyText(event.body);
  return {
    requestId,
    // Absent where somebody invokes the function by hand without an event.
    path: event.path ?? '/',
    apiUrl: apiUrl(event, header),
    traceparent,
    owner,
    roles: rolesOf(owner, event.requestContext?.authorizer?.role),
    header,
    headerValues: (name) => valuesOf(event, name, header),
    pathVariables: event.pathParameters ?? {},
    query: event.queryStringParameters ?? {},
    body: event.isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
    log: logWith(logger, { request_id: requestId, traceparent }),
  };
}

/** From the Host header; nothing but a host name and a port is taken from it. */
function apiUrl({ path, requestContext }: APIGatewayProxyEvent, header: HeaderLookup): string | undefined {
  const host = header('host') ?? '';
  if (!/^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.test(host)) {
    return undefined;
  }
  const fullPath = requestContext?.path ?? path;
  // API Gateway puts the stage before the path, unless the API has a domain of its own.
  const stage = fullPath.endsWith(path) ? fullPath.slice(0, -path.length) : '';
  return `${header('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${host}${stage}`;
}

/**
 * The roles of a caller. Where AUTH_MODE is `none` everybody has all of them; elsewhere a caller whom no authorizer has
 * named has none. A caller without a role in its cached policy is a customer.
 */
function rolesOf(owner: string | undefined, role: unknown): readonly Role[] {
  if (owner === undefined) {
    return readConfiguration(['AUTH_MODE']).AUTH_MODE === 'none' ? ROLES : [];
  }
  return ROLES_OF[ROLES.find((each) => each === role) ?? 'customer'];
}

/** API Gateway has the last value in `headers`, serverless-offline all of them joined; both have each one separately too. */
function valuesOf({ multiValueHeaders }: APIGatewayProxyEvent, name: string, header: HeaderLookup): readonly string[] {
  const separate = Object.entries(multiValueHeaders ?? {})
    .filter(([each]) => each.toLowerCase() === name.toLowerCase())
    .flatMap(([, values]) => values ?? []);
  const single = header(name);
  return separate.length > 0 || single === undefined ? separate : [single];
}

/** API Gateway passes a string or null. serverless-offline passes a JSON body of `false` or `0` as that value. */
function bodyText(body: unknown): string {
  if (typeof body === 'string') {
    return body;
  }
  return body === null || body === undefined ? '' : JSON.stringify(body);
}

/**
 * A W3C `traceparent` for the work that a request causes: the same trace, a new span. A header that is absent or not valid
 * starts a new trace (W3C Trace Context, sections 3.2.2.5 and 4).
 */
export function continueTrace(incoming: string | undefined): string {
  const parent = incoming === undefined ? null : parseTraceParent(incoming);
  const traceId = parent?.traceId ?? randomDigits();
  const flags = (parent?.traceFlags ?? 1).toString(16).padStart(2, '0');
  return `00-${traceId}-${randomDigits().slice(16)}-${flags}`;
}

/** 32 hexadecimal digits. Node draws the randomness of many UUIDs at once, which `randomBytes` does not. */
function randomDigits(): string {
  return randomUUID().replaceAll('-', '');
}
