import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** A request that a receiver got. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly headers: IncomingHttpHeaders;
  /** The text as it came. */
  readonly body: string;
}

/** How a receiver answers: a status with headers, `never`, or by closing the connection. */
export type ReceiverReply =
  | 'never'
  | 'hang up'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

const bodySchema = z.object({ type: z.string(), data: z.object({ order_id: z.string() }) });

/** A receiver of webhooks on a free port. */
export interface WebhookReceiver {
  readonly port: number;
  readonly url: string;
  /** What came, in order, whatever it was answered. */
  readonly received: readonly ReceivedEvent[];
  /** What was answered with 2xx, in order. */
  readonly taken: readonly ReceivedEvent[];
  /** Answers the requests from now on; by default 204. */
  reply: (event: ReceivedEvent) => ReceiverReply | Promise<ReceiverReply>;
  readonly close: () => Promise<void>;
}

const TAKEN: ReceiverReply = { status: 204 };

/** Where a receiver listens, and under which host those find it who send. */
export interface ReceiverPlace {
  readonly address: string;
  readonly host: string;
}

const LOOPBACK: ReceiverPlace = { address: '127.0.0.1', host: '127.0.0.1' };

/** Starts a receiver on a free port. */
export async function startWebhookReceiver(place: ReceiverPlace = LOOPBACK): Promise<WebhookReceiver> {
  const received: ReceivedEvent[] = [];
  const taken: ReceivedEvent[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { type, data } = bodySchema.parse(JSON.parse(body));
    const id = String(request.headers['webhook-id']);
    const event = { id, type, orderId: data.order_id, headers: request.headers, body };
    received.push(event);
    const reply = await receiver.reply(event);
    if (reply === 'hang up') {
      request.socket.destroy();
    } else if (reply !== 'never') {
      if (reply.status >= 200 && reply.status < 300) {
        taken.push(event);
      }
      response.writeHead(reply.status, reply.headers).end();
    }
  };
  // A sender that is killed in the middle of its request leaves half a body, or none.
  const server = createServer((request, response) => {
    take(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, place.address, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the receiver has no port');
  }
  const receiver: WebhookReceiver = {
    port: address.port,
    url: `http://${place.host}:${address.port}/orders`,
    received,
    taken,
    reply: () => TAKEN,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
