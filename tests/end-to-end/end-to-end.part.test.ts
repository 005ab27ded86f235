import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { shared } from '../api/stack.ts';
import { startHttpServer } from '../support/http-server.ts';
import { CHECKS } from './checks.ts';

test('every end-to-end check holds on the embedded stack', async () => {
  const { code, output } = await endToEnd(shared.stack.urls.http);
  expect(output).toContain(`${CHECKS.length} of ${CHECKS.length} checks hold`);
  expect(code).toBe(0);
}, 180_000);

test('every end-to-end check fails on an unrelated server', async () => {
  const other = await startHttpServer((_request, response) => response.end('{"hello":"world"}'));
  try {
    const { code, output } = await endToEnd(other.url);
    expect(output).toContain(`0 of ${CHECKS.length} checks hold`);
    expect(code).toBe(1);
  } finally {
    await other.close();
  }
});

function endToEnd(url: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), '--url', url], (_error, output) =>
      resolve({ code: child.exitCode, output }),
    );
  });
}
