import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../../embedded/ports.ts';
import { definitionOf, INPUT } from '../definitions.ts';
import { installFromNpm, npmVersion } from '../installation.ts';
import type { ExecutionState, Peer } from '../peer.ts';
import { startProcess } from '../peer-process.ts';

const NAME = 'aws-local-stepfunctions';
const SERVER = fileURLToPath(new URL('library-server.mjs', import.meta.url));
const ACTIVITY = 'arn:aws:lambda:us-east-1:000000000000:function:task';

/** How long the first try of a `retry` execution fails. */
const FAILS_MS = 2_000;

/** The library aws-local-stepfunctions, in a process that only runs it. It keeps nothing on disk. */
export function library(lambdaUrl: string): Peer {
  return {
    name: NAME,
    install: async () => npmVersion(await installFromNpm('library', [NAME]), NAME),
    start: async () => {
      const folder = await installFromNpm('library', [NAME]);
      const port = await findFreePort();
      const url = `http://127.0.0.1:${port}`;
      const server = await startProcess({
        program: process.execPath,
        args: [SERVER],
        env: { PORT: String(port), LIBRARY: folder, LAMBDA_URL: lambdaUrl },
        ready: url,
      });
      return {
        ...server,
        begin: async (program) => {
          const id = randomUUID();
          const failUntil = program === 'retry' ? Date.now() + FAILS_MS : 0;
          const definition = definitionOf(program, ACTIVITY);
          const body = JSON.stringify({ id, definition, input: JSON.parse(INPUT), failUntil });
          await (await fetch(url, { method: 'POST', body })).text();
          return id;
        },
        stateOf: async (id) => (await (await fetch(`${url}/${id}`)).text()) as ExecutionState,
      };
    },
    lacks: { token: 'it has no task tokens', redrive: 'it has no redrive' },
  };
}
