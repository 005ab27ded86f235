import { type ChannelCredentials, type ChannelOptions, Client, type Server } from '@grpc/grpc-js';
import { HealthImplementation, service as healthService } from 'grpc-health-check';
import * as z from 'zod';

/** A status of grpc.health.v1. */
export type HealthStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING';

/** The health of a server. The empty service name stands for the process. */
export interface Health {
  /** Sets a service to SERVING. */
  readonly serving: (service: string) => void;
  /** Sets every name to NOT_SERVING. */
  readonly stop: () => void;
}

/** Adds the health service to a server. The process is SERVING at once; the named services start as NOT_SERVING. */
export function addHealth(server: Pick<Server, 'addService'>, services: readonly string[]): Health {
  const names = ['', ...services];
  const health = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, name === '' ? 'SERVING' : 'NOT_SERVING'])),
  );
  health.addToServer(server);
  return {
    serving: (service) => health.setStatus(service, 'SERVING'),
    stop: () => {
      for (const name of names) {
        health.setStatus(name, 'NOT_SERVING');
      }
    },
  };
}

/** A question to a server's health service. */
export interface HealthQuestion {
  /** `host:port`. */
  readonly address: string;
  /** Full name of a service; the empty name asks about the process. */
  readonly service: string;
  readonly credentials: ChannelCredentials;
  readonly options?: ChannelOptions;
  readonly timeoutMs: number;
}

const CHECK = checkMethod();
const healthAnswer = z.object({ status: z.enum(['UNKNOWN', 'SERVING', 'NOT_SERVING']) });

/**
 * Asks a server for the health of a service. It asks the server itself, whatever proxy the environment names.
 *
 * @throws ServiceError of grpc-js: NOT_FOUND for an unknown service, UNAVAILABLE or DEADLINE_EXCEEDED without an answer
 */
export async function checkHealth(question: HealthQuestion): Promise<HealthStatus> {
  const { address, service, credentials, options = {}, timeoutMs } = question;
  const client = new Client(address, credentials, { ...options, 'grpc.enable_http_proxy': 0 });
  const { path, requestSerialize, responseDeserialize } = CHECK;
  const deadline = Date.now() + timeoutMs;
  try {
    const answer = await new Promise<unknown>((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { service },
        { deadline },
        (error, message) => (error === null ? resolve(message) : reject(error)),
      );
    });
    return healthAnswer.parse(answer).status;
  } finally {
    client.close();
  }
}

function checkMethod() {
  const { Check: method } = healthService;
  if (method === undefined) {
    throw new Error('grpc-health-check describes no Check method.');
  }
  return method;
}
