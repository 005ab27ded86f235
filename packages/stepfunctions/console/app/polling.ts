import { useEffect, useState } from 'preact/hooks';

/** What a page knows of what it asks again and again. */
export interface Polled<Data> {
  readonly data: Data | undefined;
  /** Why the last request failed; the data of before stays. */
  readonly error: Error | undefined;
  readonly refresh: () => void;
}

const MAX_PAUSE_MS = 15_000;

/**
 * Asks again and again while somebody looks at the page.
 *
 * @param key what is asked for; another key forgets the data of the one before
 * @param everyMs pause after an answer; undefined asks no more
 */
export function usePolled<Data>(
  key: string,
  everyMs: (data: Data) => number | undefined,
  ask: (signal: AbortSignal) => Promise<Data>,
): Polled<Data> {
  const [state, setState] = useState<{ readonly key: string; readonly data?: Data; readonly error?: Error }>({ key });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let isAsking = false;
    let isDone = false;
    const askNow = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking || isDone || document.hidden) {
        return;
      }
      isAsking = true;
      let pauseMs: number | undefined = MAX_PAUSE_MS;
      try {
        const data = await ask(stop.signal);
        failures = 0;
        pauseMs = everyMs(data);
        setState({ key, data });
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        failures += 1;
        pauseMs = Math.min(1_000 * 2 ** failures, MAX_PAUSE_MS);
        const failure = error instanceof Error ? error : new Error(String(error));
        setState((before) => ({ ...(before.key === key ? before : { key }), error: failure }));
      } finally {
        isAsking = false;
      }
      isDone = pauseMs === undefined;
      if (!stop.signal.aborted && pauseMs !== undefined) {
        timer = setTimeout(() => void askNow(), pauseMs);
      }
    };
    const look = (): void => void askNow();
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [key, round]);
  const isCurrent = state.key === key;
  return {
    data: isCurrent ? state.data : undefined,
    error: isCurrent ? state.error : undefined,
    refresh: () => setRound((before) => before + 1),
  };
}
