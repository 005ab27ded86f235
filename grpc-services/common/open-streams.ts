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

/** Questions on one reflection stream; their answers pile up here while their caller does not take them. */
const QUESTIONS_PER_STREAM = 100;

/** Follows the streaming calls of one server, which no admission bounds, and takes `most` at a time. */
export function followStreams(most: number): OpenStreams {
  const open = new Set<ServerInterceptingCallInterface>();
  return {
    interceptor: (method, call) => {
      if (!method.responseStream) {
        return new ServerInterceptingCall(call);
      }
      if (open.size >= most) {
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
    end: () => {
      for (const call of open) {
        call.sendStatus({ code: status.UNAVAILABLE, details: 'The server is going away.' });
      }
      open.clear();
    },
  };
}

/** The call ends before any handler hears of it. */
function refused(call: ServerInterceptingCallInterface): ServerInterceptingCall {
  const responder = new ResponderBuilder()
    .withStart(() =>
      call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: 'This server has as many streams as it takes.' }),
    )
    .build();
  return new ServerInterceptingCall(call, responder);
}
