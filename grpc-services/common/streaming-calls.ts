import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';

/** The streaming calls of a server: health watches and reflection. Left alone, they would keep a drain from ending. */
export interface StreamingCalls {
  readonly interceptor: ServerInterceptor;
  /** Ends every open call with UNAVAILABLE, which tells its client to try another server. */
  readonly endAll: () => void;
}

/** Questions per reflection stream. Answers pile up in memory while the caller does not read them. */
const QUESTIONS_PER_STREAM = 100;

/** Allows up to `limit` streaming calls at a time; the concurrency limit of a service covers unary calls only. */
export function limitStreamingCalls(limit: number): StreamingCalls {
  const open = new Set<ServerInterceptingCallInterface>();
  return {
    interceptor: (method, call) => {
      if (!method.responseStream) {
        return new ServerInterceptingCall(call);
      }
      if (open.size >= limit) {
        return refused(call);
      }
      open.add(call);
      let questions = 0;
      const listener = new ServerListenerBuilder()
        .withOnReceiveMessage((message, next) => {
          questions++;
          if (questions <= QUESTIONS_PER_STREAM) {
            next(message);
          } else {
            call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: 'Ask the rest on another stream.' });
          }
        })
        .withOnCancel(() => open.delete(call))
        .build();
      const responder = new ResponderBuilder()
        .withStart((next) => next(listener))
        .withSendMessage((message, next) => {
          if (questions <= QUESTIONS_PER_STREAM) {
            next(message);
          }
        })
        .withSendStatus((outcome, next) => {
          open.delete(call);
          next(outcome);
        })
        .build();
      return new ServerInterceptingCall(call, responder);
    },
    endAll: () => {
      for (const call of open) {
        call.sendStatus({ code: status.UNAVAILABLE, details: 'The server is shutting down.' });
      }
      open.clear();
    },
  };
}

/** The call ends before it reaches any handler. */
function refused(call: ServerInterceptingCallInterface): ServerInterceptingCall {
  const responder = new ResponderBuilder()
    .withStart(() =>
      call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: 'This server has no room for another stream.' }),
    )
    .build();
  return new ServerInterceptingCall(call, responder);
}
