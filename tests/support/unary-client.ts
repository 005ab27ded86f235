import {
  type CallOptions,
  type Client,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { errorFactsIn } from '../../grpc-services/common/status-details.ts';

/** A failed call as a test looks at it. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  /** Such as `FAILED_PRECONDITION`. */
  readonly code: string;
  /** Of the ErrorInfo; undefined where there is none. */
  readonly reason: string | undefined;
  readonly domain: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly details: string;

  constructor(error: ServiceError) {
    super(error.message, { cause: error });
    const facts = errorFactsIn(error.metadata);
    this.code = status[error.code];
    this.reason = facts?.reason;
    this.domain = facts?.domain;
    this.metadata = facts?.metadata ?? {};
    this.details = error.details;
  }
}

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** What a call may send along. */
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

/** The failure of a call that must fail; throws when it succeeds. */
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
