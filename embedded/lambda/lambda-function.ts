import * as z from 'zod';

/** One function as the Lambda endpoint runs it. */
export const lambdaFunctionSchema = z.object({
  /** The full name, e.g. `orders-dev-placeOrder`. */
  name: z.string(),
  /** File URL of the module that exports the handler. */
  module: z.string(),
  /** The name under which the module exports the handler. */
  exportName: z.string(),
  timeoutSeconds: z.number(),
  memoryMb: z.number(),
  /** Whether the module is imported before the first call. */
  preloaded: z.boolean(),
});

/** One function as the Lambda endpoint runs it. */
export type LambdaFunction = z.infer<typeof lambdaFunctionSchema>;
