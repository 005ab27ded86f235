import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { API_KEY_HEADER } from '../../functions/access/api-keys.ts';

/** Where the API is, and who calls it. */
export interface OrdersApiOptions {
  /** Such as `http://127.0.0.1:3000`, with the stage where there is one. */
  readonly url: string;
  readonly apiKey?: string;
  /** A bearer token, for AUTH_MODE=jwt. */
  readonly token?: string;
}

/** One call of the API. */
export interface ApiCall {
  /** Such as `/orders`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Absent: POST with a body, GET without. */
  readonly method?: 'DELETE';
  readonly body?: object;
  readonly idempotencyKey?: string | undefined;
}

/** The answer to a call. */
export interface ApiAnswer<Data> {
  readonly data: Data;
  /** True where the call reached only a part, and may be sent again for the rest. */
  readonly more: boolean;
}

/** The HTTP API, as an operator calls it. */
export interface OrdersApi {
  /**
   * The data of the answer to a call.
   *
   * @throws OrdersApiError where the API refuses or does not answer, in a sentence for people
   */
  readonly call: <Schema extends z.ZodType>(call: ApiCall, schema: Schema) => Promise<z.output<Schema>>;
  /** The same, and whether there is more. */
  readonly answer: <Schema extends z.ZodType>(call: ApiCall, schema: Schema) => Promise<ApiAnswer<z.output<Schema>>>;
}

/** Thrown where a call had no success. */
export class OrdersApiError extends Error {
  override readonly name: string = 'OrdersApiError';
}

/** Thrown where nobody knows whether the call took effect: no answer, or one that says so. */
export class UnknownOutcomeError extends OrdersApiError {
  override readonly name = 'UnknownOutcomeError';
}

const TIMEOUT_MS = 30_000;

const envelopeSchema = z.object({
  status: z.int(),
  success: z.boolean(),
  meta: z
    .looseObject({ code: z.string().optional(), request_id: z.string().optional(), more: z.boolean().optional() })
    .nullish(),
  data: z.unknown(),
});

/** What fetch throws where it gets no answer. */
const networkErrorSchema = z.object({
  cause: z.object({ message: z.string().min(1).optional(), code: z.string().optional() }),
});

/** Opens the API; nothing is sent yet. */
export function openOrdersApi({ url, apiKey, token }: OrdersApiOptions): OrdersApi {
  const base = /^https?:$/.test(URL.parse(url)?.protocol ?? '') ? url.replace(/\/+$/, '') : undefined;
  const credentials = {
    ...(apiKey !== undefined && { [API_KEY_HEADER]: apiKey }),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  const answer: OrdersApi['answer'] = async ({ path, query = {}, method, body, idempotencyKey }, schema) => {
    if (base === undefined) {
      throw new OrdersApiError(`ORDERS_URL must be a URL such as http://127.0.0.1:3000, not ${JSON.stringify(url)}`);
    }
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    const response = await sent(`${base}${path}${search}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: headersOf({
        ...credentials,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { data, more } = successOf(response);
    const read = schema.safeParse(data);
    if (!read.success) {
      throw new OrdersApiError(`the API answered what this command does not know:\n${z.prettifyError(read.error)}`);
    }
    return { data: read.data, more };
  };
  return { answer, call: async (call, schema) => (await answer(call, schema)).data };
}

/**
 * Calls the API so that the call takes effect once, however often a person repeats it.
 *
 * @param key the key that the person gave; otherwise a new one, which an unknown outcome names
 * @throws OrdersApiError
 */
export async function callOnce<Schema extends z.ZodType>(
  api: OrdersApi,
  call: Omit<ApiCall, 'idempotencyKey'>,
  key: string | undefined,
  schema: Schema,
): Promise<z.output<Schema>> {
  const idempotencyKey = key ?? randomUUID();
  try {
    return await api.call({ ...call, idempotencyKey }, schema);
  } catch (error) {
    if (error instanceof UnknownOutcomeError) {
      throw new UnknownOutcomeError(
        `${error.message}\nNobody knows whether it took effect. The same command with --key ${idempotencyKey} does it once.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** @throws OrdersApiError for what no header can carry */
function headersOf(values: Readonly<Record<string, string>>): Headers {
  try {
    return new Headers(values);
  } catch (cause) {
    throw new OrdersApiError('ORDERS_API_KEY, ORDERS_TOKEN and --key take letters, digits and signs of ASCII only', {
      cause,
    });
  }
}

async function sent(url: string, request: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, request);
  } catch (cause) {
    const { message = String(cause), code } = networkErrorSchema.safeParse(cause).data?.cause ?? {};
    // Then nothing was sent.
    const Failure = code === 'ECONNREFUSED' || code === 'ENOTFOUND' ? OrdersApiError : UnknownOutcomeError;
    throw new Failure(`no answer from ${new URL(url).origin}: ${message}; set ORDERS_URL, or start the stack`, {
      cause,
    });
  }
  try {
    return JSON.parse(await response.text());
  } catch (cause) {
    throw new UnknownOutcomeError(`${new URL(url).origin} answered ${response.status} and no JSON; is it this API?`, {
      cause,
    });
  }
}

function successOf(answer: unknown): ApiAnswer<unknown> {
  const { success, data: envelope } = envelopeSchema.safeParse(answer);
  if (!success) {
    throw new OrdersApiError('the answer is not that of this API; set ORDERS_URL');
  }
  if (!envelope.success) {
    const { code = 'no code', request_id } = envelope.meta ?? {};
    const which = request_id === undefined ? '' : `, request ${request_id}`;
    const Failure = envelope.status >= 500 ? UnknownOutcomeError : OrdersApiError;
    throw new Failure(`${String(envelope.data)} (${envelope.status} ${code}${which})`);
  }
  return { data: envelope.data, more: envelope.meta?.more === true };
}
