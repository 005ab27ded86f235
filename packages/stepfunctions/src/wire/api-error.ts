import type { JsonObject } from '../language/json.ts';

/** Thrown by an API action; the wire answers it as `{"__type", "message", ...fields}` the way AWS JSON 1.0 does. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** AWS's exception name, e.g. `StateMachineDoesNotExist`. */
  readonly type: string;
  /** HTTP status: 400 for everything that the caller can mend, 500 and 503 otherwise. */
  readonly status: number;
  /** Members besides the message, e.g. `resourceName` of ResourceNotFound. */
  readonly fields: JsonObject;

  constructor(type: string, message: string, options: { status?: number; fields?: JsonObject; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.type = type;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}
