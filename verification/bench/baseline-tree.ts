import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';

const run = promisify(execFile);

/** A working tree of another commit, with its packages installed. */
export interface BaselineTree {
  readonly folder: string;
  /** The commit's short id. */
  readonly commit: string;
  /** Removes the tree. */
  readonly remove: () => Promise<void>;
}

/**
 * Checks a commit out into a folder of its own and installs its packages.
 *
 * @param revision anything that git takes for a commit
 * @throws Error when git does not know the commit, or the installation fails
 */
export async function checkOutBaseline(revision: string, say: (line: string) => void): Promise<BaselineTree> {
  const { stdout } = await run('git', ['rev-parse', '--short', '--verify', `${revision}^{commit}`], {
    cwd: PROJECT_ROOT,
  });
  const commit = stdout.trim();
  const parent = await mkdtemp(join(tmpdir(), 'bench-baseline-'));
  const folder = join(parent, commit);
  const remove = async (): Promise<void> => {
    await run('git', ['worktree', 'remove', '--force', folder], { cwd: PROJECT_ROOT });
    await rm(parent, { recursive: true, force: true });
  };
  await run('git', ['worktree', 'add', '--detach', folder, commit], { cwd: PROJECT_ROOT });
  try {
    say(`Installing the packages of ${commit} ...`);
    const install = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const isWindows = process.platform === 'win32';
    await run(isWindows ? 'npm.cmd' : 'npm', install, { cwd: folder, shell: isWindows });
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, commit, remove };
}
