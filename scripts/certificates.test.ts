import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certificates-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function makeCertificates(directory: string) {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'certificates.ts')], {
    env: { ...process.env, CERTIFICATES_DIR: directory },
    encoding: 'utf8',
    timeout: 50_000,
  });
}

test('the certificates are written to a folder that is not there yet', () => {
  const directory = join(folder, 'a', 'b');
  expect(makeCertificates(directory)).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(directory)).toHaveLength(5);
});

const onLinux = process.platform === 'linux' ? test.each : test.skip.each;

onLinux([
  ['a file', () => join(folder, 'file')],
  ['below a file', () => join(folder, 'file', 'certificates')],
  ['where nobody can make a folder', () => '/proc/certificates'],
])('a folder that is %s is refused in one sentence', (_what, directory) => {
  writeFileSync(join(folder, 'file'), '');
  const { status, stderr } = makeCertificates(directory());
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The certificates cannot be written to .*\. Name another folder by CERTIFICATES_DIR\.\n$/);
});
