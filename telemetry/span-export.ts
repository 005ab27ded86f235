import { context, type Span, SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base';
import { ATTRIBUTES } from './attributes.ts';
import { present, type SpanExport } from './span.ts';
import { spanContextOf } from './trace-context.ts';

const FLUSH_MS = 500;

/** After a flush that failed, the next ones are left out for so long. */
const PAUSE_AFTER_FAILURE_MS = 30_000;

/** Starts the export for a service, as the variables of OpenTelemetry's SDK say (`OTEL_*`). */
export function startSpanExport(service: string): SpanExport {
  const ids = new ChosenIds();
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    spanProcessors: [processor],
    resource: resourceFromAttributes({ [ATTRIBUTES.SERVICE_NAME]: service }),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider.getTracer('resilient-order-saga');
  let pausedUntil = 0;
  return {
    tracer: {
      startSpan: ({ name, kind, self, attributes = {} }, within) =>
        ids.choose(self, () =>
          tracer.startSpan(name, { kind: SpanKind[kind], attributes: present(attributes) }, within),
        ),
    },
    flush: async () => {
      if (Date.now() < pausedUntil) {
        return;
      }
      if (!(await flushed(processor))) {
        pausedUntil = Date.now() + PAUSE_AFTER_FAILURE_MS;
      }
    },
  };
}

/** False where the collector refused, or did not answer in time. */
async function flushed(processor: BatchSpanProcessor): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), FLUSH_MS);
  const exported = processor.forceFlush().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([exported, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the span that is started the ids that its description names, and random ones to all others. */
class ChosenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #self: { readonly traceId: string; readonly spanId: string } | undefined;

  /** `start` begins exactly one span, synchronously. */
  choose(self: string | undefined, start: () => Span): Span {
    this.#self = spanContextOf(self);
    try {
      return start();
    } finally {
      this.#self = undefined;
    }
  }

  generateTraceId = (): string => this.#self?.traceId ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.#self?.spanId ?? this.#random.generateSpanId();
}
