import { connect, type Socket } from 'node:net';
import { type HttpReply, ReplyReader } from './http-reply.ts';

/** Where connections lead, and how many there may be. */
export interface LoopbackOptions {
  readonly host: string;
  readonly port: number;
  /** Connections at once; further requests wait for one. */
  readonly maxSockets: number;
  /** How long a connection may take, in milliseconds. */
  readonly connectionTimeout: number;
}

/** One request, already in the words of HTTP/1.1. */
export interface LoopbackRequest {
  readonly message: Buffer;
  /** Time until the head of the reply, in milliseconds, the wait for a connection included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A request under way. */
interface Call extends LoopbackRequest {
  readonly resolve: (reply: HttpReply) => void;
  readonly reject: (error: Error) => void;
  readonly abort: () => void;
  timer: NodeJS.Timeout | undefined;
  connection: Connection | undefined;
}

/** Node's servers close a connection that is idle for 5 s. A request must not meet the end of its connection. */
const MAX_IDLE_MS = 3_000;

/**
 * Keep-alive connections to a server on this machine, one request at a time on each. A request is written in one piece, and
 * costs a third of the processor time of Node's own client.
 *
 * An exchange rejects with an Error that has the `code` of Node's errors; `TimeoutError` and `AbortError` are told by `name`.
 */
export class LoopbackConnections {
  readonly #options: LoopbackOptions;
  readonly #open = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: Call[] = [];

  constructor(options: LoopbackOptions) {
    this.#options = options;
  }

  /** Sends a request and resolves with its whole reply. */
  exchange(request: LoopbackRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      if (request.signal?.aborted === true) {
        reject(abortError(request.signal));
        return;
      }
      const call: Call = {
        ...request,
        resolve,
        reject,
        abort: () => this.#fail(call, abortError(request.signal)),
        timer: setTimeout(() => this.#fail(call, timeoutError('no reply', request.timeoutMs)), request.timeoutMs),
        connection: undefined,
      };
      request.signal?.addEventListener('abort', call.abort, { once: true });
      this.#begin(call);
    });
  }

  /** Closes all connections; requests under way fail. */
  close(): void {
    for (const connection of this.#open) {
      connection.socket.destroy();
    }
  }

  #begin(call: Call): void {
    const connection = this.#idleConnection() ?? this.#newConnection();
    if (connection === undefined) {
      this.#waiting.push(call);
      return;
    }
    call.connection = connection;
    connection.send(call);
  }

  #idleConnection(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (performance.now() - connection.idleSince < MAX_IDLE_MS && connection.socket.writable) {
        return connection;
      }
      connection.socket.destroy();
    }
    return undefined;
  }

  #newConnection(): Connection | undefined {
    if (this.#open.size >= this.#options.maxSockets) {
      return undefined;
    }
    const connection = new Connection(this.#options, {
      replied: (call, reply) => this.#finish(call, connection, reply),
      failed: (call, error) => this.#fail(call, error),
      closed: () => this.#forget(connection),
    });
    this.#open.add(connection);
    return connection;
  }

  #finish(call: Call, connection: Connection, reply: HttpReply): void {
    settled(call);
    if (reply.keepsConnection) {
      this.#free(connection);
    } else {
      connection.socket.destroy();
    }
    call.resolve(reply);
  }

  #free(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      connection.rest();
      this.#idle.push(connection);
    } else {
      next.connection = connection;
      connection.send(next);
    }
  }

  /** The reply of a request that was given up must not be taken for the next one's, so its connection ends. */
  #fail(call: Call, error: Error): void {
    settled(call);
    const { connection } = call;
    if (connection === undefined) {
      this.#waiting.splice(this.#waiting.indexOf(call), 1);
    } else {
      connection.drop();
    }
    call.reject(error);
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) {
      this.#idle.splice(at, 1);
    }
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#begin(next);
    }
  }
}

/** What a connection tells. */
interface ConnectionEvents {
  readonly replied: (call: Call, reply: HttpReply) => void;
  readonly failed: (call: Call, error: Error) => void;
  readonly closed: () => void;
}

class Connection {
  readonly socket: Socket;
  idleSince = 0;
  readonly #events: ConnectionEvents;
  #call: Call | undefined;
  #reader = new ReplyReader();

  constructor({ host, port, connectionTimeout }: LoopbackOptions, events: ConnectionEvents) {
    this.#events = events;
    const socket = connect({ host, port, noDelay: true });
    this.socket = socket;
    const late = setTimeout(() => socket.destroy(timeoutError('no connection', connectionTimeout)), connectionTimeout);
    socket.once('connect', () => clearTimeout(late));
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('end', () => this.#end());
    socket.on('error', (error) => this.#lose(error));
    socket.once('close', () => {
      clearTimeout(late);
      this.#lose(connectionReset());
      events.closed();
    });
  }

  send(call: Call): void {
    this.#call = call;
    this.#reader = new ReplyReader();
    this.socket.ref();
    this.socket.write(call.message);
  }

  /** Idle connections do not keep the process running. */
  rest(): void {
    this.idleSince = performance.now();
    this.socket.unref();
  }

  /** Ends without a word to the call. */
  drop(): void {
    this.#call = undefined;
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    const call = this.#call;
    if (call === undefined) {
      // Nobody asked for these bytes, so the next reply could not be told from them.
      this.socket.destroy();
      return;
    }
    try {
      const reply = this.#reader.take(bytes);
      if (this.#reader.hasHead) {
        clearTimeout(call.timer);
      }
      if (reply !== undefined) {
        this.#call = undefined;
        this.#events.replied(call, reply);
      }
    } catch (error) {
      this.#lose(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #end(): void {
    const call = this.#call;
    const reply = call && this.#reader.end();
    if (call !== undefined && reply !== undefined) {
      this.#call = undefined;
      this.#events.replied(call, reply);
    } else {
      this.#lose(connectionReset());
    }
  }

  #lose(error: Error): void {
    const call = this.#call;
    if (call !== undefined) {
      this.#events.failed(call, error);
    }
    this.socket.destroy();
  }
}

function settled(call: Call): void {
  clearTimeout(call.timer);
  call.signal?.removeEventListener('abort', call.abort);
}

function connectionReset(): Error {
  return Object.assign(new Error('the connection ended before the reply'), { code: 'ECONNRESET' });
}

function timeoutError(what: string, ms: number): Error {
  const error = new Error(`${what} within ${ms} ms`);
  return Object.assign(error, { name: 'TimeoutError', code: 'ETIMEDOUT' });
}

function abortError(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error('the request was aborted', { cause: signal?.reason }), { name: 'AbortError' });
}
