/** A number with the reader's separators. */
export function wholeNumber(value: number): string {
  return value.toLocaleString();
}

/** A duration in short, such as `340 ms`, `2.4 s` or `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  const seconds = ms / 1_000;
  if (seconds < 60) {
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = Math.round(seconds - minutes * 60);
    return rest === 0 || rest === 60 ? `${minutes + (rest === 60 ? 1 : 0)} min` : `${minutes} min ${rest} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** How long ago, or in how long, in one unit: `just now`, `5 min ago`, `in 12 min`. */
export function fromNow(time: number, now: number): string {
  const seconds = Math.round(Math.abs(now - time) / 1_000);
  if (seconds < 3) {
    return 'just now';
  }
  const text = inOneUnit(seconds);
  return time > now ? `in ${text}` : `${text} ago`;
}

function inOneUnit(seconds: number): string {
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3_600) {
    return `${Math.floor(seconds / 60)} min`;
  }
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}

/** A time in the reader's zone, to the second; the day too unless it is today. */
export function localTime(iso: string, { withMs = false }: { readonly withMs?: boolean } = {}): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return time.toLocaleString(undefined, {
    ...(!isToday && { year: 'numeric', month: 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(withMs && { fractionalSecondDigits: 3 }),
  });
}

/** The same time in UTC, for people who compare it with a log. */
export function utcTime(iso: string): string {
  return `${iso.replace('T', ' ').replace('Z', '')} UTC`;
}

/** `NEEDS_ATTENTION` as `needs attention`. */
export function words(constant: string): string {
  return constant.toLowerCase().replaceAll('_', ' ');
}

/** `ReserveInventory` as `Reserve inventory`; a name that is written another way stays. */
export function stepName(state: string): string {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(state)) {
    return state;
  }
  const separate = state.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return separate.slice(0, 1).toUpperCase() + separate.slice(1);
}
