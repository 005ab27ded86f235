import { createServer } from 'node:http';
import * as z from 'zod';
import { listenOnFreePort } from './free-port.ts';

const attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() }).loose(),
});

const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attribute),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).optional(),
  status: z.object({ code: z.int().optional() }).optional(),
});

const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

/** A span as it was received, with the service that sent it and its attributes by name. */
export interface ReceivedSpan extends Omit<z.output<typeof span>, 'attributes'> {
  readonly service: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
}

/** A receiver of OTLP over HTTP, as a collector has one. */
export interface SpanReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** All spans so far. */
  readonly spans: ReceivedSpan[];
  readonly close: () => void;
}

/** Starts a receiver on a free port. A request that is no OTLP in JSON is answered with 400. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) {
      body += chunk;
    }
    const parsed = request.url === '/v1/traces' ? exportRequest.safeParse(JSON.parse(body)) : undefined;
    spans.push(...(parsed?.data === undefined ? [] : receivedSpans(parsed.data)));
    response.writeHead(parsed?.success === true ? 200 : 400, { 'content-type': 'application/json' }).end('{}');
  });
  const port = await listenOnFreePort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function receivedSpans({ resourceSpans }: z.output<typeof exportRequest>): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((each) => ({ ...each, service, attributes: valuesOf(each.attributes) })),
    );
  });
}

function valuesOf(attributes: readonly z.output<typeof attribute>[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}
