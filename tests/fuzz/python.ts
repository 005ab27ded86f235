import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Minimum Python version of the packages in requirements.txt. */
const MIN_VERSION = [3, 10] as const;

/** Thrown when no suitable Python is installed; the message says what to do. */
export class PythonMissingError extends Error {
  override readonly name = 'PythonMissingError';
}

/**
 * Creates a virtual environment from the requirements file, at first use and after each change of the file.
 *
 * @returns the path of its `bin` folder
 * @throws {PythonMissingError}
 */
export async function pythonEnvironment(folder: string, requirementsFile: string): Promise<string> {
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return bin;
  }
  const python = findPython();
  console.log('Installing the fuzzer into a virtual environment ...');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run(python, ['-m', 'venv', folder]);
  await run(join(bin, 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirementsFile,
  ]);
  writeFileSync(stamp, wanted);
  return bin;
}

/** Runs a program with this terminal's input and output; resolves with its exit code. */
export function runShown(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1));
  });
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const code = await runShown(program, args);
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with exit code ${code}.`);
  }
}

function findPython(): string {
  for (const candidate of ['python3', 'python']) {
    try {
      const version = execFileSync(candidate, ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' });
      const [major = 0, minor = 0] = version.split(' ').map(Number);
      if (major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1])) {
        return candidate;
      }
    } catch {
      // Not installed under this name.
    }
  }
  throw new PythonMissingError(
    `The fuzz needs Python ${MIN_VERSION.join('.')} or newer as python3 (with venv). Install it, or rely on npm test, whose property tests need none.`,
  );
}
