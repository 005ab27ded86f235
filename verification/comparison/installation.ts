import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the peers are installed; nothing else is touched. */
export const PEERS_FOLDER = join(process.cwd(), '.compare');

/**
 * Installs packages of npm into a folder of their own, once.
 *
 * @returns the folder
 * @throws {Error} the registry does not have them
 */
export async function installFromNpm(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(PEERS_FOLDER, name);
  await mkdir(folder, { recursive: true });
  if (!packages.every((each) => existsSync(join(folder, 'node_modules', each, 'package.json')))) {
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: folder });
  }
  return folder;
}

/** The version of an installed package of npm. */
export async function npmVersion(folder: string, name: string): Promise<string> {
  const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/**
 * Installs a package of PyPI into a virtual environment of its own, once.
 *
 * @returns its Python
 * @throws {Error} Python 3 is missing, or the registry does not have the package
 */
export async function installFromPyPi(name: string, requirement: string): Promise<string> {
  const folder = join(PEERS_FOLDER, name);
  const python = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'installed'))) {
    await mkdir(PEERS_FOLDER, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', requirement]);
    await writeFile(join(folder, 'installed'), requirement);
  }
  return python;
}

/** The version of an installed package of PyPI. */
export async function pyPiVersion(python: string, name: string): Promise<string> {
  const { stdout } = await run(python, ['-c', `from importlib.metadata import version; print(version('${name}'))`]);
  return stdout.trim();
}
