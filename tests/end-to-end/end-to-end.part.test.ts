import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startHttpServer } from '../support/http-server.ts';
import { shared } from '../support/shared-stack.ts';
import { CHECKS } from './checks.ts';
import { ROLE_CHECKS } from './role-checks.ts';

test('every end-to-end check holds on the embedded stack, but those of the roles, which need another one', async () => {
  const { http, endpoint } = shared.stack.urls;
  const secret = readFileSync(join(shared.stack.dataDirectory, 'payment-events.secret'), 'utf8').trim();
  const { code, output } = await endToEnd(http, '--stage', 'dev', '--aws-endpoint', endpoint, '--event-secret', secret);
  const { length } = ROLE_CHECKS;
  expect(output).toContain(`${CHECKS.length - length} of ${CHECKS.length} checks hold at ${http}, ${length} left out`);
  expect(code).toBe(0);
}, 180_000);

test('every end-to-end check fails on an unrelated server', async () => {
  const other = await startHttpServer((_request, response) => response.end('{"hello":"world"}'));
  try {
    const stage = ['--stage', 'dev', '--aws-endpoint', other.url, '--event-secret', `whsec_${'a'.repeat(43)}=`];
    const { code, output } = await endToEnd(other.url, ...stage);
    expect(output).toMatch(new RegExp(`^0 of ${CHECKS.length} checks hold at \\S+$`, 'm'));
    expect(code).toBe(1);
  } finally {
    await other.close();
  }
});

function endToEnd(
  url: string,
  ...options: string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, 'main.ts'), '--url', url, ...options],
      (_error, output) => resolve({ code: child.exitCode, output }),
    );
  });
}
