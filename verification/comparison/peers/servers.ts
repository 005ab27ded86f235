import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFreePort } from '../../../embedded/ports.ts';
import { installFromPyPi, pyPiVersion } from '../installation.ts';
import type { Peer } from '../peer.ts';
import { startProcess } from '../peer-process.ts';
import { throughApi } from '../step-functions-api.ts';

// What speaks the API of AWS Step Functions.

const MAIN = fileURLToPath(new URL('../../../packages/stepfunctions/src/main.ts', import.meta.url));
const MANIFEST = new URL('../../../packages/stepfunctions/package.json', import.meta.url);

/** The engine of this repository. Its Lambda functions are those of an endpoint, as with serverless-offline. */
export function thisEngine(lambdaUrl: string): Peer {
  return {
    name: 'this engine',
    install: async () => (JSON.parse(await readFile(MANIFEST, 'utf8')) as { readonly version: string }).version,
    start: async (data) => {
      const port = await findFreePort();
      const api = `http://127.0.0.1:${port}`;
      const args = ['--disable-warning=ExperimentalWarning', MAIN, '--port', String(port), '--data', data];
      const server = await startProcess({
        program: process.execPath,
        args: [...args, '--lambda-endpoint', lambdaUrl],
        ready: `${api}/health`,
      });
      return { api, ...throughApi(api), ...server };
    },
    lacks: {},
  };
}

/** moto, whose executions run in LocalStack's interpreter. */
export const MOTO: Peer = {
  name: 'moto',
  install: async () => pyPiVersion(await installFromPyPi('moto', 'moto[server,stepfunctions]'), 'moto'),
  start: async () => {
    const python = await installFromPyPi('moto', 'moto[server,stepfunctions]');
    const port = await findFreePort();
    const api = `http://127.0.0.1:${port}`;
    const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
    const server = await startProcess({ program: python, args, ready: `${api}/moto-api/data.json` });
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    await fetch(`${api}/moto-api/config`, { method: 'POST', body });
    return { api, ...throughApi(api), ...server };
  },
  lacks: { tasks: 'its Lambda functions need Docker' },
};

/** MiniStack, with its state kept on disk. Its Lambda functions are its own processes. */
export const MINISTACK: Peer = {
  name: 'MiniStack',
  install: async () => pyPiVersion(await installFromPyPi('ministack', 'ministack'), 'ministack'),
  start: async (data) => {
    const python = await installFromPyPi('ministack', 'ministack');
    const port = await findFreePort();
    const api = `http://127.0.0.1:${port}`;
    const server = await startProcess({
      program: python,
      // Its own command listens on all addresses, and for MQTT too.
      args: ['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`],
      env: { GATEWAY_PORT: String(port), PERSIST_STATE: '1', STATE_DIR: data, SERVICES: 'states,stepfunctions,lambda' },
      ready: `${api}/_ministack/health`,
    });
    await createEcho(api, data);
    return { api, ...throughApi(api), ...server };
  },
  lacks: {},
};

/** The function that the tasks call, in MiniStack's own Lambda. One that is there from an earlier start stays. */
async function createEcho(api: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.py'), 'def handler(event, context):\n    return event\n');
  await promisify(execFile)('python3', ['-m', 'zipfile', '-c', 'echo.zip', 'index.py'], { cwd: folder });
  const zip = (await readFile(join(folder, 'echo.zip'))).toString('base64');
  const response = await fetch(`${api}/2015-03-31/functions`, {
    method: 'POST',
    body: JSON.stringify({
      FunctionName: 'echo',
      Runtime: 'python3.12',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/echo',
      Code: { ZipFile: zip },
    }),
  });
  if (!response.ok && response.status !== 409) {
    throw new Error(`MiniStack did not take the function: ${await response.text()}`);
  }
}
