import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { installationReporter } from './installation-reporter.mjs';
import { countInstalled, lacksLockedPackage, lockedFolders, missingPackages } from './installed-packages.mjs';

const OLDEST_NODE_TO_INSTALL = 20;
const OLDEST_NODE_TO_RUN = 24;
const PROGRESS_EVERY_MS = 500;
const WAIT_FOR_OTHER_MS = 500;
const isWindows = process.platform === 'win32';
/** Whether a failure is told as an event, for programs. */
let tellsEvents = false;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');

/** The digest of the lock file from which node_modules was installed. Stands only where all packages are there. */
const stamp = join(modules, '.installed-from-lock');

/** The process that installs, and its npm. Stays behind when the installation was cut short. */
const unfinished = join(modules, '.installation-unfinished');

/**
 * npm's own settings do not decide what is installed, nor where: `NODE_ENV=production` or `omit=dev` would leave out what the
 * start needs, `global` or `dry-run` everything. `npm install` rather than `npm ci`: it keeps the packages that still fit, and
 * also installs where a registry lacks a platform's optional package.
 */
const NPM_ARGUMENTS = [
  'install',
  '--no-save',
  '--include=dev',
  '--include=optional',
  '--install-strategy=hoisted',
  '--global=false',
  '--location=project',
  '--dry-run=false',
  '--package-lock=true',
  '--package-lock-only=false',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--progress=false',
];

/**
 * The Node of the package `node`, or this one on a platform for which the package has none.
 *
 * Ends the process with a sentence where neither is new enough.
 */
export function projectNode() {
  const path = join(modules, 'node', 'bin', isWindows ? 'node.exe' : 'node');
  if (existsSync(path)) {
    return path;
  }
  if (majorVersion() < OLDEST_NODE_TO_RUN) {
    fail(
      `The package \`node\` brought no program, and this Node is ${process.version}. Install Node ${OLDEST_NODE_TO_RUN} or ` +
        'newer, or let npm run install scripts (npm config delete ignore-scripts), delete node_modules and start again.',
    );
  }
  return process.execPath;
}

/**
 * Installs the packages when some are missing, when they are of another lock file, or when an installation was cut short.
 * Uses nothing but Node, so that it works on a fresh clone. Ends the process with a sentence when it cannot.
 *
 * @param json tells the progress in JSON lines
 * @param output where it tells the progress
 */
export async function installWhenNeeded({ json = false, output = process.stdout } = {}) {
  tellsEvents = json;
  if (majorVersion() < OLDEST_NODE_TO_INSTALL) {
    fail(
      `Node ${OLDEST_NODE_TO_INSTALL} or newer is needed to start; this is ${process.version}. See https://nodejs.org`,
    );
  }
  await waitForOtherInstallation();
  const wasCutShort = existsSync(unfinished);
  const lockDigest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const installedFrom = contentOf(stamp);
  const isComplete = installedFrom === lockDigest && missingPackages(root).length === 0 && !lacksLockedPackage(root);
  if (!wasCutShort && isComplete) {
    return;
  }
  const reporter = installationReporter({ json, output });
  reporter.begin(reasonToInstall({ wasCutShort, installedFrom, lockDigest }));
  if (wasCutShort) {
    // npm takes a package for whole as soon as its package.json is there.
    rmSync(modules, { recursive: true, force: true });
  }
  await install(reporter, json || output !== process.stdout);
  const missing = missingPackages(root);
  if (missing.length > 0) {
    fail(
      `npm install left out ${missing.join(', ')}. Delete node_modules and start again, or look at \`npm config list\`.`,
    );
  }
  writeFileSync(stamp, `${lockDigest}\n`);
  // When this fails, the first start compiles instead and shows what is wrong.
  spawnSync(projectNode(), [join(root, 'embedded', 'compile-ahead.mjs')], { cwd: root, stdio: 'ignore' });
  reporter.end();
}

function reasonToInstall({ wasCutShort, installedFrom, lockDigest }) {
  if (wasCutShort) {
    return 'The last installation was cut short: installing packages from the beginning';
  }
  if (installedFrom === '') {
    return 'Installing packages (once, one to three minutes)';
  }
  return installedFrom === lockDigest
    ? 'Packages are missing: installing them'
    : 'The lock file changed: installing packages';
}

async function install(reporter, isOutputTaken) {
  const folders = lockedFolders(root);
  try {
    mkdirSync(modules, { recursive: true });
    rmSync(stamp, { force: true });
    writeFileSync(unfinished, `${process.pid}\n`);
  } catch (error) {
    fail(
      `Packages cannot be installed into ${modules}: ${error.message}. Make the folder writable, and free space on its disk.`,
    );
  }
  const progress = setInterval(
    () => reporter.progress(countInstalled(root, folders), folders.length),
    PROGRESS_EVERY_MS,
  );
  const outcome = await runNpm(isOutputTaken);
  clearInterval(progress);
  if (outcome.signal !== null) {
    fail(`npm install was ended by ${outcome.signal}; the next start begins it again.`);
  }
  // npm has put back what was there before, where it failed by itself.
  rmSync(unfinished, { force: true });
  if (outcome.problem !== undefined) {
    fail(`npm install failed ${outcome.problem}.`);
  }
}

function runNpm(isOutputTaken) {
  const npm = spawn(isWindows ? 'npm.cmd' : 'npm', NPM_ARGUMENTS, {
    cwd: root,
    // Standard output may belong to the events, or to the program that is run.
    stdio: ['ignore', isOutputTaken ? 2 : 'inherit', 'inherit'],
    env: { ...withoutWorkspace(process.env), PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    shell: isWindows,
  });
  try {
    // npm outlives this process, where that one is killed.
    writeFileSync(unfinished, `${process.pid}\n${npm.pid ?? ''}\n`);
  } catch {
    // A full disk: npm will say so. The file stands all the same, and that is what the next start looks for.
  }
  for (const name of ['SIGTERM', 'SIGHUP']) {
    process.once(name, () => npm.kill(name));
  }
  return new Promise((resolve) => {
    npm.once('error', (error) => resolve({ signal: null, problem: `to start: ${error.message}` }));
    npm.once('exit', (code, signal) =>
      resolve({ signal, problem: code === 0 ? undefined : `with exit code ${code}; npm's reason stands above` }),
    );
  });
}

/** npm would install one workspace alone. No flag takes the variable back. */
function withoutWorkspace(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_config_workspace$/i.test(name)));
}

/** Two installations at once would break each other. */
async function waitForOtherInstallation() {
  const other = () => contentOf(unfinished).split(/\s+/).map(Number).find(isAlive);
  if (other() !== undefined) {
    console.error(
      `Process ${other()} is installing packages: waiting for it. If it is no installation, delete ${unfinished} ...`,
    );
    while (other() !== undefined) {
      await sleep(WAIT_FOR_OTHER_MS);
    }
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function contentOf(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

function majorVersion() {
  return Number(process.versions.node.split('.')[0]);
}

function fail(reason) {
  console.error(tellsEvents ? JSON.stringify({ event: 'failed', reason }) : reason);
  process.exit(1);
}
