import { text } from 'node:stream/consumers';
import type { JsonObject } from '../language/json.ts';
import { type HttpServer, startHttpServer } from '../testing/http-server.ts';

/**
 * Starts an event bus that speaks EventBridge's protocol, for calls that the engine forwards. It counts each event's detail in
 * `counts`.
 */
export function startEventBus(counts: Map<string, number>): Promise<HttpServer> {
  return startHttpServer(async (request, response) => {
    const { Entries } = JSON.parse(await text(request)) as { readonly Entries: readonly JsonObject[] };
    for (const { Detail } of Entries) {
      const call = `putEvents ${String(Detail)}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) }));
  });
}
