const EXTENDED_OFFSET =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2}(?::\d{2})?)$/i;

/**
 * Reads an ISO-8601 date and time with an offset (`2026-01-31T10:00:00.5Z`, `…+01:00`), as Choice and Wait states do.
 *
 * @returns milliseconds since the epoch, with smaller digits as a fraction; `undefined` for any other text
 */
export function parseTimestamp(text: string): number | undefined {
  const parts = EXTENDED_OFFSET.exec(text);
  if (parts === null) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as SixNumbers;
  if (hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return undefined;
  }
  const fraction = Number(`0.${parts[7] ?? '0'}`) * 1000;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset(parts[8] ?? 'Z');
}

type SixNumbers = [number, number, number, number, number, number];

function offset(text: string): number {
  if (text.toUpperCase() === 'Z') {
    return 0;
  }
  const [hours, minutes, seconds] = text.slice(1).split(':').map(Number);
  const ms = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
  return text.startsWith('-') ? -ms : ms;
}
