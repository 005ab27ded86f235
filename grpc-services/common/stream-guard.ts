import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { ConnectionBounds } from './connection-bounds.ts';
import type { AnyHttp2Server } from './http2-servers.ts';
import { DeadlineExceeded, Overloaded, type ServiceError } from './service-error.ts';
import { toStatus } from './status-details.ts';

/** Ends what callers hold open on one server. */
export interface StreamGuard {
  readonly stop: () => void;
}

/**
 * Ends every stream that waits for its caller longer than the bound: its request does not end, or its answer is not taken.
 * A call's own deadline covers neither, as it begins with the request and ends with the answer. Streams are looked at
 * twice within the bound, and one that waits both times has ended by then. Streams and connections beyond the bounds are
 * refused at once.
 *
 * @param domain of the `ErrorInfo` in the answers
 */
export function guardStreams(server: AnyHttp2Server, bounds: ConnectionBounds, domain: string): StreamGuard {
  server.maxConnections = bounds.connections;
  const open = new Set<ServerHttp2Stream>();
  let waitedBefore: ReadonlySet<ServerHttp2Stream> = new Set();
  server.on('stream', (stream: ServerHttp2Stream) => {
    if (open.size >= bounds.streams) {
      endWith(stream, new Overloaded(), domain);
      return;
    }
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  });
  const look = (): void => {
    const waiting = [...open].filter(waitsForCaller);
    for (const stream of waiting) {
      if (waitedBefore.has(stream)) {
        endWith(stream, new DeadlineExceeded(), domain);
      }
    }
    waitedBefore = new Set(waiting);
  };
  const rounds = setInterval(look, bounds.streamPatienceMs / 2).unref();
  return { stop: () => clearInterval(rounds) };
}

function waitsForCaller(stream: ServerHttp2Stream): boolean {
  const requestIncomplete = !stream.readableEnded;
  const answerNotTaken = stream.writableEnded || stream.writableLength > 0;
  return requestIncomplete || answerNotTaken;
}

/** Answers where nothing was answered yet, and frees the stream whatever its caller goes on to do. */
function endWith(stream: ServerHttp2Stream, error: ServiceError, domain: string): void {
  if (stream.destroyed || stream.closed) {
    return;
  }
  if (stream.headersSent) {
    stream.close(constants.NGHTTP2_CANCEL);
    return;
  }
  stream.respond(answerOf(error, domain), { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

function answerOf(error: ServiceError, domain: string): OutgoingHttpHeaders {
  const { code, details, metadata } = toStatus(error, domain);
  return {
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': code,
    'grpc-message': encodeURI(details),
    ...metadata.toHttp2Headers(),
  };
}
