import type { ServiceDefinition } from '@grpc/grpc-js';
import { InvalidArgument } from './service-error.ts';

/** Stands for a request whose bytes are no message of the method's type. */
export class UndecodableRequest {
  readonly #cause: unknown;

  constructor(cause: unknown) {
    this.#cause = cause;
  }

  /** The answer to the caller. */
  refusal(): InvalidArgument {
    const why =
      this.#cause instanceof RangeError ? 'is nested too deeply or holds a number out of range' : 'is malformed';
    return new InvalidArgument({
      reason: 'INVALID_ARGUMENT',
      message: `request: the message ${why}`,
      metadata: { field: 'request' },
    });
  }
}

/**
 * The same service with a decoder that hands the handler an `UndecodableRequest`; grpc-js by itself answers INTERNAL,
 * which blames the service for the caller's mistake.
 */
export function withForgivingDecoder<Definition extends ServiceDefinition>(definition: Definition): Definition {
  const entries = Object.entries(definition).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes);
      } catch (error) {
        return new UndecodableRequest(error);
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(entries) as Definition;
}
