import { type RestartingWorker, startRestartingWorker } from '../supervisor/restarting-worker.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** What the thread of the functions runs, and where it listens. */
export interface FunctionsThreadOptions {
  readonly host: string;
  readonly port: number;
  readonly functions: readonly LambdaFunction[];
  /** Descriptor of the file for the functions' logs, which this process keeps open. */
  readonly logDescriptor: number;
}

/**
 * Starts Lambda's endpoint with the functions in a worker thread, which is restarted when it dies. The tasks of the sagas would
 * delay the API's answers on its own event loop. The functions get this thread's environment variables of now.
 *
 * @throws Error when a function cannot be loaded or the endpoint cannot listen
 */
export function startFunctionsThread(options: FunctionsThreadOptions): Promise<RestartingWorker> {
  return startRestartingWorker({
    module: new URL('lambda-worker.ts', import.meta.url),
    data: options,
    report: (what, cause) => console.error(`functions: ${what}`, cause),
  });
}
