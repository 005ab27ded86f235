import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { isFromForeignPage } from 'resilient-stepfunctions/http';
import type { Authenticate } from '../../functions/access/authentication.ts';
import { ForbiddenError, NoSuchCallError, UnauthenticatedError } from '../../functions/common/errors.ts';
import { headerLookup } from '../../functions/http/http-request.ts';
import type { RequestBody } from '../../functions/http/request-reading.ts';
import { conditional, failureResponse, publishedCode, respond } from '../../functions/http/response.ts';
import { send } from '../reverse-proxy/gateway-responses.ts';
import { LABORATORY_PATH, requestPath } from '../reverse-proxy/order-api-limits.ts';
import { TracesUnavailableError } from '../traces/traces-unavailable.ts';
import { ConflictError } from './conflict.ts';

/** The header that carries the laboratory's token. */
export const TOKEN_HEADER = 'X-Laboratory-Token';

/** A request to the laboratory. */
export interface LaboratoryRequest extends RequestBody {
  readonly query: URLSearchParams;
}

/** Calls of the laboratory by method and path, such as `POST /laboratory/kill`. What a call resolves with is answered. */
export type LaboratoryCalls = Readonly<Record<string, (request: LaboratoryRequest) => Promise<unknown>>>;

/** A running laboratory endpoint. */
export interface LaboratoryEndpoint {
  readonly port: number;
  readonly close: () => void;
}

/** What a laboratory endpoint is made of. */
export interface LaboratoryOptions {
  /** The calls, given the token that those which change something ask for. */
  readonly calls: (token: string) => LaboratoryCalls;
  /** Who may call: operators, and everybody where the API asks nobody who they are. */
  readonly authenticate: Authenticate;
}

/**
 * Starts the laboratory's HTTP server on a free loopback port. It breaks things on purpose, so it is careful about who asks:
 *
 * - No web page of another origin, nor one whose name was rebound to this machine (`Origin`, `Sec-Fetch-Site`, `Host`).
 * - A change needs JSON and a token in a header. A page can send both only after it has read the token, so only from this
 *   origin. The token is new with every start.
 * - Where the API asks who somebody is, only operators.
 */
export async function startLaboratoryEndpoint({ calls, authenticate }: LaboratoryOptions): Promise<LaboratoryEndpoint> {
  const token = randomBytes(24).toString('base64url');
  const known = calls(token);
  const server = createServer((incoming, response) => {
    answer(incoming, { known, token, authenticate }).then(
      (answered) => send(response, answered),
      (error: unknown) => sendFailure(response, error),
    );
  });
  await listening(server);
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Admission {
  readonly known: LaboratoryCalls;
  readonly token: string;
  readonly authenticate: Authenticate;
}

async function answer(incoming: IncomingMessage, { known, token, authenticate }: Admission) {
  if (isFromForeignPage(incoming)) {
    throw new ForbiddenError('no web page of another origin may call this; call it as localhost');
  }
  const header = headerLookup(singleHeaders(incoming));
  await refuseNonOperators(authenticate, header);
  const { method = '', url = '' } = incoming;
  const call = known[`${method} ${requestPath(url)}`];
  if (call === undefined) {
    throw new NoSuchCallError('the laboratory has no such call');
  }
  if (method !== 'GET' && !isToken(header(TOKEN_HEADER), token)) {
    throw new ForbiddenError(`${TOKEN_HEADER} is missing or old; take it from GET ${LABORATORY_PATH}`);
  }
  // The proxy before this server has bounded the body.
  const answered = respond(200, await call({ body: await text(incoming), header, query: queryOf(url) }));
  return method === 'GET' ? conditional(answered, header('if-none-match')) : answered;
}

async function refuseNonOperators(authenticate: Authenticate, header: RequestBody['header']): Promise<void> {
  const authenticated = await authenticate(header);
  switch (authenticated.outcome) {
    case 'ANONYMOUS':
      return;
    case 'REFUSED':
      throw new UnauthenticatedError('credentials are missing or not valid');
    case 'AUTHENTICATED':
      if (authenticated.caller.role !== 'operator') {
        throw new ForbiddenError('only operators may do that');
      }
  }
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '');
}

function isToken(sent: string | undefined, token: string): boolean {
  const [one, other] = [Buffer.from(sent ?? ''), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function sendFailure(response: ServerResponse, error: unknown): void {
  const requestId = randomUUID();
  if (error instanceof ConflictError || error instanceof TracesUnavailableError) {
    const status = error instanceof ConflictError ? 409 : 404;
    send(response, respond(status, error.message, { meta: { code: error.code, request_id: requestId } }));
    return;
  }
  if (publishedCode(error) === 'INTERNAL_ERROR') {
    console.error(`the laboratory failed, request ${requestId}`, error);
  }
  send(response, failureResponse(error, requestId));
}

function singleHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
}
