import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

// JavaScript, because scripts/run.mjs uses it on a Node that may not read TypeScript.

const POLL_MS = 500;
const SHELL = /(?:^|[/-])(?:ba|da|z|k|a|fi)?sh$/;

// Looked up as early as can be: whoever becomes the parent of a shell that npm has left behind is no npm.
const parent = process.ppid;
const isNpmAlive = process.env.npm_lifecycle_event === undefined ? undefined : watchBehindShell(parent);

/** Whether npm started this process and has exited since. */
export function isNpmGone() {
  return isNpmAlive !== undefined && (process.ppid !== parent || !isNpmAlive());
}

/**
 * Calls back once npm, which started this process, has exited. npm runs a script by `sh -c`. Some shells pass no signal on
 * and stay as this process's parent, so the parent of the shell is watched too. Without this watch a killed npm would leave
 * the stack running with nobody to end it.
 */
export function onNpmExit(callback) {
  if (isNpmAlive === undefined) {
    return;
  }
  const timer = setInterval(() => {
    if (isNpmGone()) {
      clearInterval(timer);
      callback();
    }
  }, POLL_MS);
  timer.unref();
}

/** Whether the process that started the shell still runs. Always true where the parent is no shell. */
function watchBehindShell(parent) {
  const description = describe(parent);
  if (description === undefined || !SHELL.test(description.name)) {
    return () => true;
  }
  // On Linux a look costs nothing, and another parent is seen even while the dead npm is a zombie.
  return process.platform === 'linux'
    ? () => describe(parent)?.parent === description.parent
    : () => exists(description.parent);
}

/** Name and parent of a process; undefined where the system does not say. */
function describe(pid) {
  try {
    switch (process.platform) {
      case 'linux': {
        const [, name, rest] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return { name, parent: Number(rest) };
      }
      case 'win32':
        return undefined;
      default: {
        const [rest, ...name] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
          .trim()
          .split(/\s+/);
        return { name: name.join(' '), parent: Number(rest) };
      }
    }
  } catch {
    // The process is gone.
    return undefined;
  }
}

function exists(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
