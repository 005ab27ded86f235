import { useEffect, useState } from 'preact/hooks';
import { ApiError, get, knownAnswer } from './client.ts';
import { askedFor, credentials } from './credentials.ts';

/** What a page knows of one answer of the API. */
export interface Polled<Data> {
  readonly data: Data | undefined;
  /** Why the last request failed; the data of before stays. */
  readonly error: ApiError | undefined;
  /** Asks at once. */
  readonly refresh: () => void;
}

/** After failures the console asks less often, so that an API in trouble is not asked by every open tab. */
const MAX_PAUSE_MS = 15_000;

/** An answer that takes longer is given up, so that the page does not look live while it is not. */
const TIMEOUT_MS = 10_000;

/**
 * Asks the API again and again while somebody looks at the page.
 *
 * @param path undefined asks nothing
 * @param everyMs pause between an answer and the next request
 */
export function usePolled<Data>(path: string | undefined, everyMs: number): Polled<Data> {
  const [state, setState] = useState<{
    /** Path and credentials of the answer. */
    readonly asked?: string | undefined;
    readonly data?: Data;
    readonly error?: ApiError;
  }>({});
  const [round, setRound] = useState(0);
  const signedInWith = credentials.value;
  const asked = `${path} ${signedInWith}`;
  // Entering the same credentials again is a reason to ask again.
  const isAskedToSignIn = askedFor.value !== undefined;
  useEffect(() => {
    if (path === undefined) {
      return undefined;
    }
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let isAsking = false;
    const ask = async (): Promise<void> => {
      if (isAsking || document.hidden || askedFor.value !== undefined) {
        return;
      }
      isAsking = true;
      try {
        const data = await get<Data>(path, AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT_MS)]));
        failures = 0;
        setState((before) =>
          before.asked === asked && before.data === data && before.error === undefined ? before : { asked, data },
        );
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        failures += 1;
        const failure = error instanceof ApiError ? error : new ApiError(0, 'UNKNOWN', String(error));
        setState((before) => ({ ...(before.asked === asked ? before : { asked }), error: failure }));
      } finally {
        isAsking = false;
      }
      if (!stop.signal.aborted) {
        timer = setTimeout(() => void ask(), Math.min(everyMs * 2 ** failures, Math.max(everyMs, MAX_PAUSE_MS)));
      }
    };
    const askNow = (): void => {
      clearTimeout(timer);
      void ask();
    };
    document.addEventListener('visibilitychange', askNow);
    askNow();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', askNow);
    };
  }, [path, asked, everyMs, round, isAskedToSignIn]);
  const isCurrent = state.asked === asked;
  const data =
    isCurrent && state.data !== undefined
      ? state.data
      : path === undefined
        ? undefined
        : (knownAnswer(path) as Data | undefined);
  return { data, error: isCurrent ? state.error : undefined, refresh: () => setRound((before) => before + 1) };
}
