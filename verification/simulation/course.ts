import type { HistoryEvent, Json } from 'resilient-stepfunctions/core';

/** A state's last failure, after which the saga left it. */
export interface GivenUp {
  readonly state: string;
  readonly error: string;
}

/** The course of one saga through its states, as the history tells it. */
export class Course {
  /** Names of the states that were entered, and the errors between them. */
  readonly path: string[] = [];
  /** The state it is in. */
  state = '';
  /** Failures that it went on from, in another state. */
  readonly gaveUp: GivenUp[] = [];
  /** The reason code with which it first set out to close its order. */
  closedFor: string | undefined;
  #failed: GivenUp | undefined;

  follow(history: readonly HistoryEvent[]): void {
    for (const event of history) {
      if ('stateEnteredEventDetails' in event) {
        this.#enter(String(event.stateEnteredEventDetails.name));
      }
      if ('taskFailedEventDetails' in event) {
        this.#fail(event.taskFailedEventDetails.error);
      }
      if ('taskTimedOutEventDetails' in event) {
        this.#fail(event.taskTimedOutEventDetails.error);
      }
      if ('taskSucceededEventDetails' in event) {
        this.#failed = undefined;
      }
    }
  }

  /** Takes note of a task's call. */
  call(input: Json): void {
    if (this.state !== 'CloseOrder' && this.state !== 'CloseCancelledOrder') {
      return;
    }
    const { ExpressionAttributeValues } = input as { ExpressionAttributeValues?: Record<string, { S?: string }> };
    this.closedFor ??= ExpressionAttributeValues?.[':code']?.S;
  }

  #enter(state: string): void {
    if (this.#failed !== undefined) {
      this.gaveUp.push(this.#failed);
    }
    this.#failed = undefined;
    this.state = state;
    this.path.push(state);
  }

  #fail(error: string | undefined): void {
    this.#failed = { state: this.state, error: error ?? '' };
    this.path.push(`(${error})`);
  }
}
