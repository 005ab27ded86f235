import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { channelOptions } from '../../../functions/clients/grpc-channel.ts';
import { bindPatiently, type FaultProxy } from './fault-proxy.ts';
import type { Network } from './network.ts';
import type { GrpcLink, NetworkCall } from './network-call.ts';
import type { Refusal } from './network-fault.ts';

/** The outcome of a unary call: the answer's bytes, or the error with its code and trailers. */
type GrpcReply = { readonly answer: Buffer } | { readonly error: ServiceError };

/** A reply, with the function to call once the caller has it. */
interface Answered {
  readonly reply: GrpcReply;
  readonly onForwarded: () => void;
}

/** Makes up the answer to a call, which then never reaches the service; undefined lets the call through. */
export type ForgedReply = (call: NetworkCall, request: Buffer) => Buffer | undefined;

/** Forwards the unary calls of one gRPC service, byte for byte, over the faulty network. */
export class GrpcFaultProxy implements FaultProxy {
  readonly #link: GrpcLink;
  readonly #service: ServiceDefinition;
  readonly #upstreamPort: () => number;
  readonly #network: Network;
  #forge: ForgedReply = () => undefined;
  #server: Server | undefined;
  #client: Client | undefined;
  #port = 0;

  /** @param upstreamPort where the service itself listens */
  constructor(link: GrpcLink, service: ServiceDefinition, upstreamPort: () => number, network: Network) {
    this.#link = link;
    this.#service = service;
    this.#upstreamPort = upstreamPort;
    this.#network = network;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Lets the proxy answer by itself wherever `forge` has an answer. */
  forgeReplies(forge: ForgedReply): void {
    this.#forge = forge;
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
    server.register(path, handler, unchanged, unchanged, 'unary');
  }

  async #pass(path: string, call: ServerUnaryCall<Buffer, Buffer>): Promise<Answered> {
    const operation = path.split('/').at(-1) ?? path;
    const order_id = call.metadata.get('order-id')[0];
    const described: NetworkCall = {
      link: this.#link,
      operation,
      ...(typeof order_id === 'string' ? { order_id } : {}),
    };
    const forged = this.#forge(described, call.request);
    if (forged !== undefined) {
      return immediately({ answer: forged });
    }
    const outcome = await this.#network.carry(described, {
      deliver: (detached) => this.#deliver(path, call, detached),
      hasFailed: (reply) => 'error' in reply,
      hasArrived,
    });
    switch (outcome.kind) {
      case 'replied':
        return outcome;
      case 'refused':
        return immediately({ error: refusalError(outcome.refusal) });
      case 'lost':
        return immediately({ error: refusalError('reset') });
    }
  }

  #deliver(path: string, call: ServerUnaryCall<Buffer, Buffer>, detached: boolean): Promise<GrpcReply> {
    if (this.#client === undefined) {
      const target = `127.0.0.1:${this.#upstreamPort()}`;
      this.#client = new Client(target, credentials.createInsecure(), channelOptions(target));
    }
    const client = this.#client;
    const deadline = detached ? Date.now() + DETACHED_DEADLINE_MS : call.getDeadline();
    return new Promise((resolve) => {
      const sent = client.makeUnaryRequest(
        path,
        unchanged,
        unchanged,
        call.request,
        forwarded(call.metadata),
        { deadline },
        (error, answer) => resolve(answer === undefined ? { error: error ?? refusalError('reset') } : { answer }),
      );
      if (!detached) {
        call.once('cancelled', () => sent.cancel());
      }
    });
  }
}

function immediately(reply: GrpcReply): Answered {
  return { reply, onForwarded: () => {} };
}

/** For calls whose caller may have given up. */
const DETACHED_DEADLINE_MS = 10_000;

function unchanged(bytes: Buffer): Buffer {
  return bytes;
}

function forwarded(metadata: Metadata): Metadata {
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

/** With these codes the service may never have received the call. */
const NEVER_ARRIVED: ReadonlySet<status> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]);

function hasArrived(reply: GrpcReply): boolean {
  return 'answer' in reply || !NEVER_ARRIVED.has(reply.error.code);
}

const REFUSAL_CODES: Readonly<Record<Refusal, status>> = {
  reset: status.UNAVAILABLE,
  'server error': status.INTERNAL,
  throttled: status.RESOURCE_EXHAUSTED,
};

function refusalError(refusal: Refusal): ServiceError {
  const details = `A fault was injected: ${refusal}`;
  return Object.assign(new Error(details), { code: REFUSAL_CODES[refusal], details, metadata: new Metadata() });
}
