import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';

const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows('a request for which the proxy has no socket left gets 503 with Retry-After', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'out-of-files-'));
  try {
    // The client keeps its connection to the proxy. The API closes its own, so that the second request needs a new one.
    await writeFile(
      join(folder, 'program.mts'),
      `import { openSync } from 'node:fs';
      import { once } from 'node:events';
      import { Agent, createServer, get } from 'node:http';
      import { createReverseProxy } from ${JSON.stringify(join(import.meta.dirname, 'reverse-proxy.ts'))};
      const listening = async (server) => (await once(server.listen(0, '127.0.0.1'), 'listening'), server.address().port);
      const api = createServer((_request, response) => response.setHeader('connection', 'close').end('ok'));
      const proxy = createReverseProxy({ host: '127.0.0.1', port: await listening(api) }, () => undefined);
      const port = await listening(proxy);
      const agent = new Agent({ keepAlive: true });
      const ask = async () => {
        const [response] = await once(get({ host: '127.0.0.1', port, agent }), 'response');
        await once(response.resume(), 'end');
        return [response.statusCode, response.headers['retry-after']];
      };
      const first = await ask();
      const { promise, resolve } = Promise.withResolvers();
      setTimeout(resolve, 200);
      await promise;
      try { for (;;) openSync('/dev/null'); } catch {}
      const second = await ask().catch((error) => [error.code]);
      process.stdout.write(JSON.stringify([first, second]), () => process.exit());`,
    );
    const child = spawn(
      'sh',
      ['-c', 'ulimit -n 128 && exec "$0" "$1"', process.execPath, join(folder, 'program.mts')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    expect(JSON.parse(await text(child.stdout))).toEqual([
      [200, null],
      [503, expect.stringMatching(/^\d+$/)],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
