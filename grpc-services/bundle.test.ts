import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const run = promisify(execFile);
let folder: string;
let server: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
});

afterEach(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ['inventory', { ITEMS_TABLE: 'items', RESERVATIONS_TABLE: 'reservations' }],
  ['payment', { PAYMENTS_TABLE: 'payments' }],
])(
  '%s runs from its bundle alone, answers the health probe and ends on SIGTERM',
  async (service, tables) => {
    await run(process.execPath, [join(import.meta.dirname, 'bundle.mjs'), service, folder]);
    // Nothing listens at the endpoint, so the process is healthy and the service is not ready.
    const environment = { ...tables, PORT: '0', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    server = spawn(process.execPath, ['dist/server/main.mjs'], { cwd: folder, env: environment });
    const PORT = await portOf(server);

    const probe = (name: string) =>
      run(process.execPath, ['dist/server/health-probe.mjs', name], { cwd: folder, env: { PORT } });
    expect((await probe('')).stdout).toContain('SERVING');
    const name = service === 'inventory' ? 'inventory.v1.InventoryService' : 'payment.v1.PaymentService';
    await expect(probe(name)).rejects.toMatchObject({ stdout: `${name}: NOT_SERVING\n` });

    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  },
  60_000,
);

function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const port = /"port":(\d+)/.exec(output)?.[1];
      if (port !== undefined) {
        resolve(port);
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => reject(new Error(`the service ended: ${output}`)));
  });
}
