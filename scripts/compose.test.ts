import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('without Docker it says what to do instead', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'compose.mjs'), 'up'], {
    encoding: 'utf8',
    env: { PATH: import.meta.dirname },
  });
  expect(status).toBe(1);
  expect(stderr).toContain('Neither `docker compose` nor `docker-compose` runs here.');
  expect(stderr).toContain('npm start');
});
