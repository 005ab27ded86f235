import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** grpc.health.v1 of a server. The empty service name is the process; a named one is ready for calls or not. */
export interface Health {
  readonly serving: (service: string) => void;
  /** Says NOT_SERVING for every name. */
  readonly stop: () => void;
}

/** Adds the health service: the process is SERVING from the start, the named services are not until they say so. */
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
