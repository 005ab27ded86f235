import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';

/** The streaming calls (health watches, reflection) of a server; they would keep it from ending for ever. */
export interface OpenStreams {
  readonly interceptor: ServerInterceptor;
  /** Ends all that are open with UNAVAILABLE, upon which a client turns to another server. */
  readonly end: () => void;
}

/** Follows the streaming calls of one server. */
export function followStreams(): OpenStreams {
  const open = new Set<ServerInterceptingCallInterface>();
  return {
    interceptor: (method, call) => {
      if (!method.responseStream) return new ServerInterceptingCall(call);
      open.add(call);
      const listener = new ServerListenerBuilder().withOnCancel(() => open.delete(call)).build();
      const responder = new ResponderBuilder()
        .withStart((next) => next(listener))
        .withSendStatus((outcome, next) => {
          open.delete(call);
          next(outcome);
        })
        .build();
      return new ServerInterceptingCall(call, responder);
    },
    end: () => {
      for (const call of open) call.sendStatus({ code: status.UNAVAILABLE, details: 'The server is going away.' });
      open.clear();
    },
  };
}
