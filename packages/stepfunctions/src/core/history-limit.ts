/** A Standard execution ends, failed, with the event of this number. */
export const MAX_HISTORY_EVENTS = 25_000;

/** Thrown where an event would be one too many. */
export class HistoryFull extends Error {
  /** The execution's own frame, or the child execution's. */
  readonly frameId: string;
  readonly lastEventId = MAX_HISTORY_EVENTS - 1;

  constructor(frameId: string) {
    super(`The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`);
    this.frameId = frameId;
  }
}
