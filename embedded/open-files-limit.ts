import { spawnSync } from 'node:child_process';
import { ConfigurationError } from './configuration.ts';

/** A process of the stack has up to 80 files and sockets open while nobody calls it, and 250 more for its clients. */
const NEEDED = 128;
const COMFORTABLE = 1_024;

/**
 * Checks how many files and sockets one process may have open here. Node raises its own limit to this at its start.
 *
 * @param limit default: what this shell allows; undefined where nothing limits it
 * @returns a warning where clients in great number would be turned away
 * @throws ConfigurationError where the stack would not even start
 */
export function checkOpenFilesLimit(limit = hardLimit()): string | undefined {
  if (limit === undefined || limit >= COMFORTABLE) {
    return undefined;
  }
  const sentence = `This shell lets a process open ${limit} files, sockets included`;
  const mend = `raise its limit (ulimit -n ${COMFORTABLE}, as root if need be)`;
  if (limit < NEEDED) {
    throw new ConfigurationError(`${sentence}; the stack needs ${NEEDED} to start: ${mend}.`);
  }
  return `${sentence}. Under many clients the stack needs ${COMFORTABLE}: ${mend}.`;
}

function hardLimit(): number | undefined {
  if (process.platform === 'win32') {
    return undefined;
  }
  const limit = Number(spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout);
  return Number.isInteger(limit) && limit > 0 ? limit : undefined;
}
