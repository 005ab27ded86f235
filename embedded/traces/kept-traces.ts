import { startOtlpReceiver } from './otlp-receiver.ts';
import { TraceBuffer } from './trace-buffer.ts';

/** The traces of one stack, as the console shows them (`TRACES=console`). */
export interface KeptTraces {
  readonly buffer: TraceBuffer;
  /** What makes the processes of the stack send their spans here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => void;
}

/** A person waits in front of the console: not OpenTelemetry's five seconds. */
const SEND_EVERY_MS = 1_000;

/** Starts to keep traces, in memory, as long as this process runs. */
export async function keepTraces(environment: NodeJS.ProcessEnv): Promise<KeptTraces> {
  const buffer = new TraceBuffer();
  const { url, close } = await startOtlpReceiver((spans) => buffer.add(spans));
  return {
    buffer,
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_SCHEDULE_DELAY: environment.OTEL_BSP_SCHEDULE_DELAY || String(SEND_EVERY_MS),
    },
    close,
  };
}
