import type * as z from 'zod';
import type { Role } from '../../access/roles.ts';
import type { AuthMode } from '../../common/configuration.ts';
import type { ErrorCode } from '../../common/errors.ts';

/** The parts of the API, in the sequence of its documentation. */
export const TAGS = {
  Stock: 'What there is to buy, and what an operator adds or corrects.',
  Orders: 'What a customer does with orders.',
  Payments: 'Orders that wait for their payment, and what the payment provider reports.',
  Operating: 'What an operator does with orders: parked ones, refunds, sums and histories.',
  Webhooks: 'Who is told what becomes of orders.',
  API: 'Whether the API works, and its documentation.',
} as const;

/**
 * One call of the API. Its schemas check the requests of the endpoint, and make the OpenAPI document and the page /docs.
 *
 *     contract/place-order.ts ─┬─▶ place-order.ts        reads requests by the schemas
 *                              ├─▶ openapi-document.ts   GET /openapi.json
 *                              └─▶ docs.ts               GET /docs
 */
export interface Operation {
  /** Name of its Lambda function in functions.yml. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly method: 'get' | 'post' | 'delete';
  /** The path, then other spellings that the API accepts too. */
  readonly paths: readonly [string, ...string[]];
  /** Who may call it; absent: everybody with credentials. The endpoint refuses others (endpoint.ts). */
  readonly roles?: readonly Role[];
  /** Needs no credentials in any AUTH_MODE. */
  readonly open?: true;
  /** Asks for a signature in place of credentials. */
  readonly signed?: true;
  readonly summary: string;
  readonly description: string;
  /** The variables of its path. */
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: {
    readonly schema: z.ZodType;
    /** Default: JSON. */
    readonly mediaType?: string;
    readonly example: unknown;
  };
  readonly success: OperationSuccess;
  /** Codes of its error responses, without those that every call may have ({@link allErrors}). */
  readonly errors: readonly ErrorCode[];
  /** Those of them that are answered with a page too, for the people who meet them. */
  readonly errorPages?: readonly ErrorCode[];
}

/** The response of a success: JSON in the envelope, or another media type. */
export type OperationSuccess =
  | {
      readonly status: 200 | 201 | 202;
      readonly data: z.ZodType;
      readonly example: unknown;
      /** Headers that a program may act upon. */
      readonly headers?: z.ZodObject;
      /** Calls that may follow, as OpenAPI's link objects. */
      readonly links?: Readonly<Record<string, OperationLink>>;
    }
  | { readonly status: 200; readonly mediaType: string };

/** A call with values from an earlier response, in OpenAPI's runtime expressions. */
export interface OperationLink {
  readonly operationId: string;
  readonly description: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
}

/** Every code that the call may answer with: its own, the authorizer's, and those of every call. */
export function allErrors({ errors, open, roles }: Operation, authMode: AuthMode): readonly ErrorCode[] {
  const unauthenticated: readonly ErrorCode[] = authMode === 'none' || open === true ? [] : ['UNAUTHENTICATED'];
  const forbidden: readonly ErrorCode[] = authMode === 'none' || roles === undefined ? [] : ['FORBIDDEN'];
  return [...new Set<ErrorCode>([...errors, ...unauthenticated, ...forbidden, 'OVERLOADED', 'INTERNAL_ERROR'])];
}
