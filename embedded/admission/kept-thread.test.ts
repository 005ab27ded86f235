import { type AddressInfo, createServer } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { keepThread } from './kept-thread.ts';

// A thread or a thousand requests take their time on a busy machine.
jest.setTimeout(30_000);

const MORTAL = `
  import { createServer } from 'node:http';
  import { parentPort, workerData } from 'node:worker_threads';
  createServer((incoming, response) => {
    if (incoming.url === '/crash') setImmediate(() => { throw new Error('a fault in the thread'); });
    else response.end('alive');
  }).listen(workerData, '127.0.0.1', () => parentPort.postMessage('listening'));
`;
const module = new URL(`data:text/javascript,${encodeURIComponent(MORTAL)}`);

test('a thread that dies of a fault takes nothing with it, is reported, and serves again', async () => {
  const port = await freePort();
  const reports: unknown[][] = [];
  const thread = await keepThread({ module, data: port, report: (...said) => reports.push(said) });
  const url = `http://127.0.0.1:${port}`;
  try {
    for (const deaths of [1, 2]) {
      await expect(fetch(`${url}/crash`)).rejects.toThrow();
      expect(await untilAlive(url)).toBe('alive');
      expect(reports).toHaveLength(deaths);
    }
    expect(String(reports[0]?.[1])).toContain('a fault in the thread');
  } finally {
    await thread.end();
  }
  await expect(fetch(url)).rejects.toThrow();
  expect(reports).toHaveLength(2);
});

test('a thread that cannot start says why', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(keepThread({ module, data: port, report: () => undefined })).rejects.toThrow('EADDRINUSE');
  const silent = new URL('data:text/javascript,');
  await expect(keepThread({ module: silent, data: port, report: () => undefined })).rejects.toThrow('ended before');
  taken.close();
});

async function untilAlive(url: string): Promise<string> {
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    const answer = await fetch(url).then(
      (response) => response.text(),
      () => undefined,
    );
    if (answer !== undefined) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the thread did not come back');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
