import { type RestartingWorker, startRestartingWorker } from '../supervisor/restarting-worker.ts';
import type { ApiRoute } from './api-routes.ts';

/** The address that clients call, and the port of the API behind it. */
export interface ApiProxyOptions {
  readonly host: string;
  readonly port: number;
  readonly upstreamPort: number;
  /** Of each path with a route, another method is answered with 405. */
  readonly routes?: readonly ApiRoute[];
  /** Port of the metrics, which are not the API's; without one `/metrics` is the API's as well. */
  readonly metricsPort?: number;
  /** Port of the laboratory; without one the API answers its path as any unknown one. */
  readonly laboratoryPort?: number;
}

/**
 * Starts the reverse proxy before the API in a worker thread, which is restarted when it dies. The proxy needs an event loop
 * that is never busy: Node accepts one new connection each time round its loop. A loop full of work would leave hundreds of
 * clients waiting for many seconds, neither served nor refused.
 *
 * @throws Error when the proxy cannot listen
 */
export function startApiProxy(options: ApiProxyOptions): Promise<RestartingWorker> {
  return startRestartingWorker({
    module: new URL('api-proxy-worker.ts', import.meta.url),
    data: options,
    report: (what, cause) => console.error(`reverse proxy before the API: ${what}`, cause),
  });
}
