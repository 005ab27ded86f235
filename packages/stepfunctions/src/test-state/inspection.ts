import type { Json, JsonObject } from '../language/json.ts';

/** The steps of data through a state that TestState shows as JSON text, by AWS's member names. */
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

/** The numbers it shows. */
export type InspectedNumber = 'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage';

/** What handled an error, or tried to. */
export interface ErrorDetails {
  readonly catchIndex?: number;
  readonly retryIndex?: number;
  readonly retryBackoffIntervalSeconds?: number;
}

/** Collects a state's `inspectionData` as far as the state got. */
export class Inspection {
  readonly #data: { [member: string]: Json } = {};

  /** Notes a value and gives it back. */
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
