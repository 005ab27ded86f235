#!/usr/bin/env node
/**
 * Installs the packages when node_modules is missing or was made from another lock file. Uses nothing but Node, so that
 * it works on a fresh clone; npm runs it before `start`, `test` and `demo`. Not with `npm ci`: that refuses a lock file
 * which does not list the packages of every other platform, and this one was written from a registry without them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.installed-from-lock');
const lockDigest = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const nodeMajor = Number(process.versions.node.split('.')[0]);
if (nodeMajor < OLDEST_NODE) {
  console.error(`Node ${OLDEST_NODE} or newer is needed to start; this is ${process.version}. See https://nodejs.org`);
  process.exit(1);
}

const installedFrom = existsSync(stamp) ? readFileSync(stamp, 'utf8').trim() : '';
if (installedFrom !== lockDigest) {
  console.log(
    installedFrom === ''
      ? 'Installing packages (once, one to three minutes) ...'
      : 'The lock file changed: installing packages ...',
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    shell: process.platform === 'win32',
  });
  if (error !== undefined || status !== 0) {
    console.error(`npm install failed${error === undefined ? ` with exit code ${status}` : `: ${error.message}`}.`);
    process.exit(1);
  }
  writeFileSync(stamp, `${lockDigest}\n`);
  // By the Node that was just installed. Where it fails, the first start does it, and shows what is wrong.
  const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const windows = process.platform === 'win32';
  spawnSync(node, [join(root, 'embedded', 'compile-ahead.mjs')], { cwd: root, stdio: 'ignore', shell: windows });
}
