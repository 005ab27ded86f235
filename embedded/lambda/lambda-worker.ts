import { writeSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { redirectStandardOutput } from '../standard-output.ts';
import { loadHandler } from './invocation.ts';
import { createLambdaEndpoint } from './lambda-endpoint.ts';
import { lambdaFunctionSchema } from './lambda-function.ts';

const workerDataSchema = z.object({
  host: z.string(),
  port: z.int(),
  functions: z.array(lambdaFunctionSchema),
  logDescriptor: z.int(),
});

/** The worker thread that `functions-thread.ts` starts. */
async function startEndpoint(parent: MessagePort): Promise<void> {
  const { host, port, functions, logDescriptor } = workerDataSchema.parse(workerData);
  writeLogsTo(logDescriptor);
  // An asynchronously invoked function threw. AWS would only log it too.
  process.on('unhandledRejection', (reason) => console.error('Unhandled rejection:', reason));
  await Promise.all(functions.filter(({ preloaded }) => preloaded).map((definition) => loadHandler(definition)));
  const endpoint = createLambdaEndpoint(functions);
  endpoint.listen({ host, port, backlog: 1024 }, () => parent.postMessage('listening'));
}

/** Logs go straight to the file, because Node would pass them through the event loop of the API. */
function writeLogsTo(descriptor: number): void {
  redirectStandardOutput((text) => {
    try {
      writeSync(descriptor, typeof text === 'string' ? Buffer.from(text) : text);
    } catch {
      // A full disk must not fail a task. The API's own log tells of it.
    }
  });
}

// Does nothing outside a worker thread, so that embedded/compile-ahead.mjs can import it.
if (parentPort !== null) {
  await startEndpoint(parentPort);
}
