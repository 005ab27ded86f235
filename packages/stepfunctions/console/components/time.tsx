import { signal } from '@preact/signals';
import { fromNow, localTime, utcTime } from './format.ts';

/** The present, to the second. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) {
    now.value = Date.now();
  }
}, 1_000);

/** A time relative to now; on hover in the reader's zone and in UTC. */
export function Ago({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={`${localTime(at)}\n${utcTime(at)}`}>
      {fromNow(Date.parse(at), now.value)}
    </time>
  );
}

/** A time of the day in the reader's zone; on hover in UTC. */
export function Time({ at, withMs = false }: { readonly at: string; readonly withMs?: boolean }) {
  return (
    <time dateTime={at} title={utcTime(at)}>
      {localTime(at, { withMs })}
    </time>
  );
}
