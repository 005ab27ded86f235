import './cross-realm-errors.ts';
import { createServer, type IncomingHttpHeaders } from 'node:http';

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

/** A receiver of webhooks on a free port of 127.0.0.1. */
export interface WebhookReceiver {
  readonly port: number;
  readonly url: string;
  /** What came, in order, whatever it was answered. */
  readonly received: ReceivedEvent[];
  /** Decides over the answers from now on; by default 204. */
  reply: (event: ReceivedEvent) => ReceiverReply | Promise<ReceiverReply>;
  readonly close: () => Promise<void>;
}

const TAKEN: ReceiverReply = { status: 204 };

/** Starts a receiver. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedEvent[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
    }
    const { type, data } = JSON.parse(body) as { type: string; data: { order_id: string } };
    const id = String(request.headers['webhook-id']);
    const event = { id, type, orderId: data.order_id, headers: request.headers, body };
    received.push(event);
    const reply = await receiver.reply(event);
    if (reply === 'hang up') {
      request.socket.destroy();
    } else if (reply !== 'never') {
      response.writeHead(reply.status, reply.headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the receiver has no port');
  }
  const receiver: WebhookReceiver = {
    port: address.port,
    url: `http://127.0.0.1:${address.port}/orders`,
    received,
    reply: () => TAKEN,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
