import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { shared } from '../api/stack.ts';
import { listenOnFreePort } from '../support/free-port.ts';
import { CHECKS } from './checks.ts';

test('every end-to-end check holds on the embedded stack', async () => {
  const { code, output } = await endToEnd(shared.stack.urls.http);
  expect(output).toContain(`${CHECKS.length} of ${CHECKS.length} checks hold`);
  expect(code).toBe(0);
}, 180_000);

test('every end-to-end check fails on an unrelated server', async () => {
  const other = createServer((_request, response) => response.end('{"hello":"world"}'));
  const port = await listenOnFreePort(other);
  try {
    const { code, output } = await endToEnd(`http://127.0.0.1:${port}`);
    expect(output).toContain(`0 of ${CHECKS.length} checks hold`);
    expect(code).toBe(1);
  } finally {
    other.close();
  }
});

function endToEnd(url: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), '--url', url], (_error, output) =>
      resolve({ code: child.exitCode, output }),
    );
  });
}
