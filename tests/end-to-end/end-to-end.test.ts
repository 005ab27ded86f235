import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startEmbeddedStack } from '../../embedded/stack.ts';
import { CHECKS } from './checks.ts';

test('every end-to-end check holds on the embedded stack', async () => {
  const stack = await startEmbeddedStack();
  try {
    const { code, output } = await endToEnd(stack.urls.http);
    expect(output).toContain(`${CHECKS.length} of ${CHECKS.length} checks hold`);
    expect(code).toBe(0);
  } finally {
    await stack.stop();
  }
}, 180_000);

test('every end-to-end check fails on an unrelated server', async () => {
  const other = createServer((_request, response) => response.end('{"hello":"world"}'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    const address = other.address();
    if (address === null || typeof address === 'string') {
      throw new Error('the server has no port');
    }
    const { code, output } = await endToEnd(`http://127.0.0.1:${address.port}`);
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
