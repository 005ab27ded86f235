import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../language/json.ts';

/** An event bus that speaks EventBridge's protocol, for calls that the engine forwards. */
export interface EventBus {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a bus on a free port. It counts each event's detail in `counts`. */
export async function startEventBus(counts: Map<string, number>): Promise<EventBus> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly Entries: readonly JsonObject[] };
    for (const { Detail } of Entries) {
      const call = `putEvents ${String(Detail)}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
