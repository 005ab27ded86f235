/** A JSON value. The engine's core reads and returns nothing else. */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Tells a JSON object from every other JSON value, arrays and `null` included. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/**
 * A number that a JavaScript number would not keep: a whole number beyond 2^53, or one with a fraction of zero, such as
 * `1.0`. AWS keeps both apart from their neighbours.
 */
export class ExactNumber {
  /** The number as JSON. */
  readonly text: string;

  /** Whether there has been any. Few executions have one. */
  static exist = false;

  constructor(text: string) {
    this.text = text;
    ExactNumber.exist = true;
  }

  /** The nearest JavaScript number. */
  get nearest(): number {
    return Number(this.text);
  }

  get isInteger(): boolean {
    return !this.text.includes('.');
  }

  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(this.text);
  }

  toString(): string {
    return this.text;
  }
}
