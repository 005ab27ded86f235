import type { JsonObject } from '../language/json.ts';

const ENDS = new Set(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut']);

/**
 * The flaws of an ended execution's history: gaps, a cause after its effect, time running backwards, no end or several
 * ends.
 */
export function historyFlaws(events: readonly JsonObject[]): readonly string[] {
  const flaws: string[] = [];
  let last = 0;
  events.forEach((event, index) => {
    const { id, previousEventId, timestamp, type } = event;
    if (id !== index + 1) {
      flaws.push(`event ${index + 1} has id ${String(id)}`);
    }
    if (Number(previousEventId) >= Number(id)) {
      flaws.push(`event ${String(id)} follows ${String(previousEventId)}`);
    }
    if (Number(timestamp) < last) {
      flaws.push(`event ${String(id)} is earlier than the one before`);
    }
    if (ENDS.has(String(type)) && index < events.length - 1) {
      flaws.push(`event ${String(id)} ends it, but others follow`);
    }
    last = Number(timestamp);
  });
  if (events[0]?.type !== 'ExecutionStarted') {
    flaws.push('the first event is not ExecutionStarted');
  }
  if (!ENDS.has(String(events.at(-1)?.type))) {
    flaws.push(`the last event is ${String(events.at(-1)?.type)}`);
  }
  return flaws;
}
