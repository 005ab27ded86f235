import type * as z from 'zod';
import type { ErrorCode } from '../../common/error-code.ts';

/** One call of the API: what its endpoint checks, and what its documentation is made from. */
export interface Operation {
  /** Name of its Lambda function in functions.yml. */
  readonly id: string;
  readonly method: 'get' | 'post';
  /** The path, then other spellings of it that are answered too. */
  readonly paths: readonly [string, ...string[]];
  /** Answered without credentials, whatever AUTH_MODE says. */
  readonly open?: true;
  readonly summary: string;
  readonly description: string;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly example: unknown };
  readonly success: OperationSuccess;
  /** Codes of its answers that are not a success, beside those that every call may have (`allErrors`). */
  readonly errors: readonly ErrorCode[];
}

/** The answer when all went well: JSON in the envelope, or another media type. */
export type OperationSuccess =
  | {
      readonly status: 200 | 202;
      readonly data: z.ZodType;
      readonly example: unknown;
      /** What one can do next with the answer, by OpenAPI's link objects. */
      readonly links?: Readonly<Record<string, OperationLink>>;
    }
  | { readonly status: 200; readonly mediaType: string };

/** A call that takes something from an answer, in OpenAPI's runtime expressions. */
export interface OperationLink {
  readonly operationId: string;
  readonly description: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly requestBody?: unknown;
}
