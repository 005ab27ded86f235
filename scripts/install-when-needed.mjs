import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 20;
const isWindows = process.platform === 'win32';
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node of the package `node`, or this one on a platform for which the package has none. Exists once installed. */
export function projectNode() {
  const path = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');
  return existsSync(path) ? path : process.execPath;
}

/**
 * Installs the packages when node_modules is missing or was made from another lock file. Uses nothing but Node, so that it
 * works on a fresh clone. `npm install` rather than `npm ci`: it keeps the packages that still fit, and also installs where a
 * registry lacks a platform's optional package. Ends the process when Node is too old or the installation fails.
 */
export function installWhenNeeded() {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    fail(`Node ${OLDEST_NODE} or newer is needed to start; this is ${process.version}. See https://nodejs.org`);
  }
  const stamp = join(root, 'node_modules', '.installed-from-lock');
  const lockDigest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const installedFrom = existsSync(stamp) ? readFileSync(stamp, 'utf8').trim() : '';
  if (installedFrom === lockDigest) {
    return;
  }
  console.log(
    installedFrom === ''
      ? 'Installing packages (once, one to three minutes) ...'
      : 'The lock file changed: installing packages ...',
  );
  const npm = isWindows ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    shell: isWindows,
  });
  if (error !== undefined || status !== 0) {
    fail(`npm install failed${error === undefined ? ` with exit code ${status}` : `: ${error.message}`}.`);
  }
  writeFileSync(stamp, `${lockDigest}\n`);
  // When this fails, the first start compiles instead and shows what is wrong.
  spawnSync(projectNode(), [join(root, 'embedded', 'compile-ahead.mjs')], { cwd: root, stdio: 'ignore' });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
