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

/**
 * Asks the API again and again while somebody looks at the page.
 *
 * @param path undefined asks nothing
 * @param everyMs pause between an answer and the next request
 */
export function usePolled<Data>(path: string | undefined, everyMs: number): Polled<Data> {
  const [state, setState] = useState<{
    readonly path?: string | undefined;
    readonly data?: Data;
    readonly error?: ApiError;
  }>({});
  const [round, setRound] = useState(0);
  const signedInWith = credentials.value;
  useEffect(() => {
    if (path === undefined) {
      return undefined;
    }
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    const ask = async (): Promise<void> => {
      if (document.hidden || askedFor.value !== undefined) {
        return;
      }
      try {
        const data = await get<Data>(path, stop.signal);
        failures = 0;
        setState((before) =>
          before.path === path && before.data === data && before.error === undefined ? before : { path, data },
        );
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        failures += 1;
        const failure = error instanceof ApiError ? error : new ApiError(0, 'UNKNOWN', String(error));
        setState((before) => ({ ...(before.path === path ? before : { path }), error: failure }));
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
  }, [path, everyMs, round, signedInWith]);
  const isCurrent = state.path === path;
  const data =
    isCurrent && state.data !== undefined
      ? state.data
      : path === undefined
        ? undefined
        : (knownAnswer(path) as Data | undefined);
  return { data, error: isCurrent ? state.error : undefined, refresh: () => setRound((before) => before + 1) };
}
