import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { eventually, eventuallySucceeds } from '../eventually.ts';
import { findFreePort } from '../ports.ts';
import { startRestartingWorker } from './restarting-worker.ts';

// Starting a thread takes its time on a busy machine.
jest.setTimeout(30_000);

const CRASHABLE = `
  import { createServer } from 'node:http';
  import { parentPort, workerData } from 'node:worker_threads';
  createServer((incoming, response) => {
    if (incoming.url === '/crash') setImmediate(() => { throw new Error('a fault in the thread'); });
    else response.end('alive');
  }).listen(workerData, '127.0.0.1', () => parentPort.postMessage('listening'));
`;
const module = new URL(`data:text/javascript,${encodeURIComponent(CRASHABLE)}`);

test('a worker thread that dies of an error is reported and restarted, and the process lives on', async () => {
  const port = await findFreePort();
  const reports: unknown[][] = [];
  const worker = await startRestartingWorker({ module, data: port, report: (...said) => reports.push(said) });
  const url = `http://127.0.0.1:${port}`;
  try {
    for (const deaths of [1, 2]) {
      await expect(fetch(`${url}/crash`)).rejects.toThrow();
      expect(await eventually(() => textOf(url))).toBe('alive');
      expect(reports).toHaveLength(deaths);
    }
    expect(String(reports[0]?.[1])).toContain('a fault in the thread');
  } finally {
    await worker.close();
  }
  await expect(fetch(url)).rejects.toThrow();
  expect(reports).toHaveLength(2);
});

test('a worker thread that cannot be restarted at once is tried again until it can', async () => {
  const port = await findFreePort();
  const reports: string[] = [];
  const worker = await startRestartingWorker({ module, data: port, report: (what) => reports.push(what) });
  const url = `http://127.0.0.1:${port}`;
  await expect(fetch(`${url}/crash`)).rejects.toThrow();
  // Takes the port between the death and the restart.
  const intruder = createServer();
  await eventuallySucceeds(async () => {
    intruder.listen(port, '127.0.0.1');
    await once(intruder, 'listening');
  });
  await eventually(() => reports.includes('the thread does not start'));
  intruder.close();
  expect(await eventually(() => textOf(url))).toBe('alive');
  await worker.close();
});

test('a worker thread that is closed while it waits for its restart is not started again', async () => {
  const port = await findFreePort();
  let deaths = 0;
  const died = Promise.withResolvers<void>();
  const report = () => {
    deaths += 1;
    died.resolve();
  };
  const worker = await startRestartingWorker({ module, data: port, report });
  const url = `http://127.0.0.1:${port}`;
  await expect(fetch(`${url}/crash`)).rejects.toThrow();
  await died.promise;
  await worker.close();
  await sleep(300);
  await expect(fetch(url)).rejects.toThrow();
  expect(deaths).toBe(1);
});

test('a worker thread that cannot start fails with the reason', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(startRestartingWorker({ module, data: port, report: () => undefined })).rejects.toThrow('EADDRINUSE');
  const silent = new URL('data:text/javascript,');
  await expect(startRestartingWorker({ module: silent, data: port, report: () => undefined })).rejects.toThrow(
    'ended before',
  );
  taken.close();
});

function textOf(url: string): Promise<string | undefined> {
  return fetch(url).then(
    (response) => response.text(),
    () => undefined,
  );
}
