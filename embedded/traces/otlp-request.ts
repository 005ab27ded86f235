import * as z from 'zod';
import { ATTRIBUTES } from '../../telemetry/attributes.ts';
import { type ShownAttributes, type ShownValue, SPAN_KINDS, SPAN_STATUSES, type TraceSpan } from './trace-span.ts';

// OTLP 1.x in its JSON encoding, as far as spans are shown:
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

/** Longer texts are cut. */
const MAX_TEXT = 1_024;

/** Further elements of a list are left out. */
const MAX_ELEMENTS = 32;

/** OpenTelemetry's SDK sends no more than that. */
const MAX_LINKS = 128;

/** Only attributes that docs/telemetry.md explains are kept: whatever else a sender adds may be nobody's business. */
const SHOWN: ReadonlySet<string> = new Set<string>(Object.values(ATTRIBUTES));

const text = z.string().transform((value) => (value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value));
const TIME_RULE = 'must be nanoseconds since 1970';
const nanoseconds = z.union([
  z.string().regex(/^\d{1,20}$/, TIME_RULE),
  z
    .number()
    .min(0, TIME_RULE)
    .max(Number.MAX_SAFE_INTEGER * 1_000, TIME_RULE),
]);
const traceId = z.string().regex(/^(?!0{32})[0-9a-f]{32}$/i, 'must be 32 hexadecimal digits');
const spanId = z.string().regex(/^(?!0{16})[0-9a-f]{16}$/i, 'must be 16 hexadecimal digits');

const single = z.object({
  stringValue: text.optional(),
  boolValue: z.boolean().optional(),
  intValue: z.coerce.number().optional(),
  doubleValue: z.coerce.number().optional(),
});
const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: single.extend({ arrayValue: z.object({ values: z.array(single).default([]) }).optional() }).optional(),
    }),
  )
  .default([])
  .transform((sent): ShownAttributes => {
    const shown = sent.flatMap(({ key, value }) => {
      const read = SHOWN.has(key) && value !== undefined ? shownValue(value) : undefined;
      return read === undefined ? [] : [[key, read] as const];
    });
    return Object.fromEntries(shown);
  });

const span = z.object({
  traceId,
  spanId,
  // A root has none, or an empty one.
  parentSpanId: z.union([spanId, z.literal('')]).optional(),
  name: text,
  kind: z
    .int()
    .min(0)
    .max(SPAN_KINDS.length - 1)
    .default(0),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
  events: z.array(z.object({ name: text, timeUnixNano: nanoseconds, attributes })).default([]),
  links: z.array(z.object({ traceId, spanId })).default([]),
  status: z
    .object({
      code: z
        .int()
        .min(0)
        .max(SPAN_STATUSES.length - 1)
        .default(0),
    })
    .default({ code: 0 }),
});

const exportRequest = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes }).default({ attributes: {} }),
        scopeSpans: z.array(z.object({ spans: z.array(span).default([]) })).default([]),
      }),
    )
    .default([]),
});

/** Thrown when a body is no export request of OTLP in JSON. Its message says where, and what belongs there. */
export class MalformedExportError extends Error {
  override readonly name = 'MalformedExportError';
}

/** The spans of an export request. @throws MalformedExportError */
export function readExportRequest(body: string): readonly TraceSpan[] {
  const parsed = exportRequest.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new MalformedExportError(`${issue?.path.join('.') || 'the body'}: ${issue?.message}`);
  }
  return parsed.data.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(resource.attributes[ATTRIBUTES.SERVICE_NAME] ?? 'unknown');
    return scopeSpans.flatMap(({ spans }) => spans.map((each) => traceSpan(each, service)));
  });
}

function traceSpan(sent: z.output<typeof span>, service: string): TraceSpan {
  const startUs = microseconds(sent.startTimeUnixNano);
  return {
    traceId: sent.traceId.toLowerCase(),
    spanId: sent.spanId.toLowerCase(),
    parentSpanId: sent.parentSpanId?.toLowerCase() || undefined,
    name: sent.name,
    service,
    kind: SPAN_KINDS[sent.kind] ?? 'UNSPECIFIED',
    startUs,
    durationUs: Math.max(0, microseconds(sent.endTimeUnixNano) - startUs),
    status: SPAN_STATUSES[sent.status.code] ?? 'UNSET',
    attributes: sent.attributes,
    events: sent.events.slice(0, MAX_ELEMENTS).map(({ name, timeUnixNano, attributes: shown }) => ({
      name,
      atUs: microseconds(timeUnixNano),
      attributes: shown,
    })),
    links: sent.links.slice(0, MAX_LINKS).map((link) => ({
      traceId: link.traceId.toLowerCase(),
      spanId: link.spanId.toLowerCase(),
    })),
  };
}

/** A number holds microseconds exactly, but not nanoseconds. */
function microseconds(sent: string | number): number {
  return Number(BigInt(typeof sent === 'number' ? Math.trunc(sent) : sent) / 1_000n);
}

function shownValue(
  value: z.output<typeof single> & { arrayValue?: { values: readonly z.output<typeof single>[] } | undefined },
) {
  const list = value.arrayValue?.values.slice(0, MAX_ELEMENTS).flatMap((each) => singleValue(each) ?? []);
  return list ?? singleValue(value);
}

function singleValue(value: z.output<typeof single>): Exclude<ShownValue, readonly unknown[]> | undefined {
  return value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new MalformedExportError('the body: must be JSON');
  }
}
