import type { Json, JsonObject } from '../language/json.ts';

/** The data that TestState shows after each step of a state, by AWS's member names. */
export type InspectedStep =
  | 'afterArguments'
  | 'afterInputPath'
  | 'afterItemSelector'
  | 'afterItemsPath'
  | 'afterParameters'
  | 'afterResultPath'
  | 'afterResultSelector'
  | 'input'
  | 'result'
  | 'variables';

/** The numbers that TestState shows. */
export type InspectedNumber = 'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage';

/** The Retry or Catch that handled an error. */
export interface ErrorDetails {
  readonly catchIndex?: number;
  readonly retryIndex?: number;
  readonly retryBackoffIntervalSeconds?: number;
}

/** Collects `inspectionData` as far as the state gets. */
export class Inspection {
  readonly #data: { [member: string]: Json } = {};

  /** Records a value and returns it. */
  step<V extends Json>(step: InspectedStep, value: V): V {
    this.#data[step] = JSON.stringify(value);
    return value;
  }

  number(name: InspectedNumber, value: number | undefined): void {
    if (value !== undefined) {
      this.#data[name] = value;
    }
  }

  errorDetails(details: ErrorDetails): void {
    const known = this.#data.errorDetails as JsonObject | undefined;
    this.#data.errorDetails = { ...known, ...details };
  }

  get data(): JsonObject {
    return this.#data;
  }
}
