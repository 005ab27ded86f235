import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isAlive } from '../../../embedded/supervisor/process-table.ts';

/** The state as `ps` tells it; `ended` also where its parent has not noticed yet (a zombie). */
export async function processState(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    return stdout.startsWith('Z') ? 'ended' : stdout.trim();
  } catch (error) {
    if (!isAlive(pid)) {
      return 'ended';
    }
    throw error;
  }
}
