import { metricsWritten } from './metrics.ts';
import { flushSpans } from './tracing.ts';

/**
 * Ends the telemetry of an invocation, before its answer. Between two invocations AWS Lambda freezes the process, so spans are
 * exported there; elsewhere they go out in the background.
 */
export async function endInvocation(): Promise<void> {
  await metricsWritten();
  if (process.env.AWS_LAMBDA_RUNTIME_API !== undefined) {
    await flushSpans();
  }
}
