import {
  type CallOptions,
  type Client,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { errorInfoIn } from '../../proto/error-info.ts';

/** A failed call, with the code and the `ErrorInfo` of its status. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  /** Such as `FAILED_PRECONDITION`. */
  readonly code: string;
  /** The reason in the `ErrorInfo`; undefined if there is none. */
  readonly reason: string | undefined;
  readonly domain: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly details: string;

  constructor(error: ServiceError) {
    super(error.message, { cause: error });
    const errorInfo = errorInfoIn(error.metadata);
    this.code = status[error.code];
    this.reason = errorInfo?.reason;
    this.domain = errorInfo?.domain;
    this.metadata = errorInfo?.metadata ?? {};
    this.details = error.details;
  }
}

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** Metadata and deadline of a call. */
export interface CallExtras {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadline?: Date | number;
}

/**
 * Calls a unary method of a generated client.
 *
 * @throws CallFailure
 */
export function call<Request, Response>(
  client: Client,
  method: UnaryMethod<Request, Response>,
  request: Request,
  { metadata = {}, deadline }: CallExtras = {},
): Promise<Response> {
  const sent = new Metadata();
  for (const [key, value] of Object.entries(metadata)) {
    sent.set(key, value);
  }
  return new Promise((resolve, reject) => {
    method.call(client, request, sent, deadline === undefined ? {} : { deadline }, (error, response) => {
      if (error === null) {
        resolve(response);
      } else {
        reject(new CallFailure(error));
      }
    });
  });
}

/** The failure of a call. Throws when the call succeeds. */
export async function failureOf(answer: Promise<unknown>): Promise<CallFailure> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof CallFailure) {
      return error;
    }
    throw error;
  }
  throw new Error('the call was expected to fail and succeeded');
}

/** A message field that must be set. */
export function present<Value>(value: Value | undefined): Value {
  if (value === undefined) {
    throw new Error('the answer is empty');
  }
  return value;
}
