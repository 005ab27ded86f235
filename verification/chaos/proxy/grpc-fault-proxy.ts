import {
  Client,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { CHANNEL_OPTIONS } from '../../../functions/clients/grpc-client.ts';
import { bindPatiently, type FaultProxy } from './fault-proxy.ts';
import { type GrpcReply, hasArrived, refusalError } from './grpc-reply.ts';
import type { Wire } from './wire.ts';
import type { WireCall } from './wire-call.ts';

/** A reply, and what is to be called once the caller has it. */
interface Answered {
  readonly reply: GrpcReply;
  readonly onForwarded: () => void;
}

/** Answers a call in place of the service, which never hears of it: a proxy that lies. */
export type Lie = (call: WireCall, request: Buffer) => Buffer | undefined;

/** Passes the unary calls of one gRPC service on, byte for byte, with what the wire does to them. */
export class GrpcFaultProxy implements FaultProxy {
  readonly #link: 'inventory' | 'payment';
  readonly #service: ServiceDefinition;
  readonly #upstreamPort: () => number;
  readonly #wire: Wire;
  #lie: Lie = () => undefined;
  #server: Server | undefined;
  #client: Client | undefined;
  #port = 0;

  /** @param upstreamPort where the service itself listens */
  constructor(link: 'inventory' | 'payment', service: ServiceDefinition, upstreamPort: () => number, wire: Wire) {
    this.#link = link;
    this.#service = service;
    this.#upstreamPort = upstreamPort;
    this.#wire = wire;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** From now on the proxy answers by itself wherever `lie` has an answer. */
  lieWith(lie: Lie): void {
    this.#lie = lie;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) {
      return;
    }
    await bindPatiently(async () => {
      const server = new Server();
      for (const { path } of Object.values(this.#service)) {
        this.#register(server, path);
      }
      this.#port = await bound(server, this.#port);
      this.#server = server;
    });
  }

  async shut(): Promise<void> {
    this.#server?.forceShutdown();
    this.#client?.close();
    this.#server = undefined;
    this.#client = undefined;
  }

  close(): Promise<void> {
    return this.shut();
  }

  #register(server: Server, path: string): void {
    const handler = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      this.#pass(path, call).then(
        ({ reply, onForwarded }) => {
          if ('answer' in reply) {
            callback(null, reply.answer);
          } else {
            callback(reply.error);
          }
          onForwarded();
        },
        (error: unknown) => callback({ code: status.UNAVAILABLE, details: String(error) }),
      );
    };
    server.register(path, handler, asItIs, asItIs, 'unary');
  }

  async #pass(path: string, call: ServerUnaryCall<Buffer, Buffer>): Promise<Answered> {
    const operation = path.split('/').at(-1) ?? path;
    const order_id = call.metadata.get('order-id')[0];
    const described: WireCall = {
      link: this.#link,
      operation,
      ...(typeof order_id === 'string' ? { order_id } : {}),
    };
    const lie = this.#lie(described, call.request);
    if (lie !== undefined) {
      return toldAtOnce({ answer: lie });
    }
    const carried = await this.#wire.carry(described, {
      deliver: (alone) => this.#deliver(path, call, alone),
      hasFailed: (reply) => 'error' in reply,
      hasArrived,
    });
    switch (carried.kind) {
      case 'replied':
        return carried;
      case 'refused':
        return toldAtOnce({ error: refusalError(carried.refusal) });
      case 'lost':
        return toldAtOnce({ error: refusalError('reset') });
    }
  }

  #deliver(path: string, call: ServerUnaryCall<Buffer, Buffer>, alone: boolean): Promise<GrpcReply> {
    this.#client ??= new Client(`127.0.0.1:${this.#upstreamPort()}`, credentials.createInsecure(), CHANNEL_OPTIONS);
    const client = this.#client;
    const deadline = alone ? Date.now() + OWN_DEADLINE_MS : call.getDeadline();
    return new Promise((resolve) => {
      const sent = client.makeUnaryRequest(
        path,
        asItIs,
        asItIs,
        call.request,
        passedOn(call.metadata),
        { deadline },
        (error, answer) => resolve(answer === undefined ? { error: error ?? refusalError('reset') } : { answer }),
      );
      if (!alone) {
        call.once('cancelled', () => sent.cancel());
      }
    });
  }
}

function toldAtOnce(reply: GrpcReply): Answered {
  return { reply, onForwarded: () => {} };
}

/** For calls whose caller does not wait any more. */
const OWN_DEADLINE_MS = 10_000;

function asItIs(bytes: Buffer): Buffer {
  return bytes;
}

function passedOn(metadata: Metadata): Metadata {
  const copy = metadata.clone();
  copy.remove('user-agent');
  return copy;
}

function bound(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, taken) =>
      error === null ? resolve(taken) : reject(error),
    );
  });
}
