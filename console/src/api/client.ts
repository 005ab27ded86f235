import { signal } from '@preact/signals';
import { API } from '../navigation.tsx';
import { credentialHeaders, credentials, refusedCredentials } from './credentials.ts';

/** A refusal or a failure, in words for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, sentence: string) {
    super(sentence);
    this.status = status;
    this.code = code;
  }
}

/** Whether the last request reached the API. */
export const isReachable = signal(true);

interface Envelope {
  readonly success: boolean;
  readonly meta: {
    readonly code?: string;
    readonly errors?: readonly { path: string; message: string }[];
    readonly more?: boolean;
  } | null;
  readonly data: unknown;
}

interface Known {
  readonly etag: string;
  readonly data: unknown;
}

/** The last answers by their paths, so that an answer that has not changed is not sent again, and a page that was left shows at once. */
const known = new Map<string, Known>();
const MAX_KNOWN = 200;

// What one person was shown is not for the next one who signs in on this tab.
credentials.subscribe(() => known.clear());

/** The last answer to a GET, if there was one. */
export function knownAnswer(path: string): unknown {
  return known.get(path)?.data;
}

/** Asks the API. The very same object is answered while nothing has changed. @throws ApiError */
export async function get<Data>(path: string, signal?: AbortSignal): Promise<Data> {
  const askedWith = credentials.value;
  const before = known.get(path);
  const headers: Record<string, string> = before === undefined ? {} : { 'If-None-Match': before.etag };
  const response = await send(path, { headers, ...(signal !== undefined && { signal }) });
  if (response.status === 304 && before !== undefined) {
    return before.data as Data;
  }
  const { data } = await successOf(response);
  const etag = response.headers.get('etag');
  if (etag !== null && askedWith === credentials.value) {
    known.delete(path);
    known.set(path, { etag, data });
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) {
      known.delete(oldest);
    }
  }
  return data as Data;
}

/** Makes the API do something. @throws ApiError */
export async function post<Data>(
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Data> {
  return (await postWithMeta<Data>(path, body, headers)).data;
}

/** As {@link post}, with what the answer says beside its data. @throws ApiError */
export async function postWithMeta<Data>(
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly data: Data; readonly meta: Envelope['meta'] }> {
  const response = await send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { data, meta } = await successOf(response);
  return { data: data as Data, meta };
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const sent = credentials.value;
  try {
    const response = await fetch(API + path, {
      ...init,
      // The console keeps answers itself: a browser's cache would hide what is new.
      cache: 'no-store',
      credentials: 'omit',
      headers: { ...init.headers, ...credentialHeaders(sent) },
    });
    isReachable.value = true;
    if (response.status === 401) {
      refusedCredentials(sent);
    }
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      throw error;
    }
    isReachable.value = false;
    throw new ApiError(0, 'UNREACHABLE', 'The API does not answer. The console goes on asking.');
  }
}

async function successOf(response: Response): Promise<Envelope> {
  const envelope = (await response.json().catch(() => undefined)) as Envelope | undefined;
  if (response.ok && envelope !== undefined) {
    return envelope;
  }
  const code = envelope?.meta?.code ?? 'UNKNOWN';
  const faults = envelope?.meta?.errors?.map(({ path, message }) => `${path} ${message}`).join('; ');
  const sentence = typeof envelope?.data === 'string' ? envelope.data : `The API answered ${response.status}.`;
  throw new ApiError(
    response.status,
    code,
    faults === undefined ? capitalized(sentence) : `${capitalized(sentence)}: ${faults}`,
  );
}

function capitalized(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
