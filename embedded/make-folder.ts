import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and its parents. Node's own `recursive` turns for ever where the system makes no folder and says ENOENT, as in
 * /proc.
 *
 * @param mode of the folders that are made; default: what the process's umask allows
 */
export function makeFolder(path: string, mode?: number): void {
  if (existsSync(path)) {
    return;
  }
  if (dirname(path) !== path) {
    makeFolder(dirname(path), mode);
  }
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(path)) {
      throw error;
    }
  }
}
