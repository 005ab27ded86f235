/**
 * `npm run fuzz` tests the API of a real stack against its OpenAPI document with schemathesis. It finds server errors,
 * undocumented answers, accepted invalid requests, and calls that work without a key.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type EmbeddedStack, STACK_PROCESSES, startEmbeddedStack } from '../../embedded/stack.ts';
import { API_KEY_HEADER, apiKeyEntry, hashOfApiKey, newApiKey } from '../../functions/access/api-keys.ts';
import { runCommand, wholeNumber, withDefault } from '../../verification/command-line.ts';
import { faultsInLog } from './log-faults.ts';
import { PythonMissingError, pythonEnvironment, runShown } from './python.ts';

const COMMAND_LINE = {
  command: 'npm run fuzz --',
  description:
    'Holds the whole API of a stack of its own, which asks for API keys, against the OpenAPI document. Needs Python 3.10 or newer; installs schemathesis into .fuzz/.',
  options: {
    examples: withDefault(50, wholeNumber('test cases for each call in each phase', { least: 1, most: 100_000 })),
    seed: wholeNumber('repeats a run (default: another one each time)', { least: 0, most: 1_000_000_000 }),
  },
};

/** Log files, one for each process of the stack. */
const LOGS = STACK_PROCESSES.map((name) => `${name}.log`);

async function fuzz(examples: number, seed: number): Promise<number> {
  const root = resolve(import.meta.dirname, '../..');
  const bin = await pythonEnvironment(join(root, '.fuzz', 'python'), join(import.meta.dirname, 'requirements.txt'));
  const data = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const key = newApiKey();
  const stack = await startEmbeddedStack({
    dataDirectory: data,
    environment: {
      AUTH_MODE: 'api-key',
      API_KEYS: apiKeyEntry({ name: 'fuzz', hash: hashOfApiKey(key), role: 'operator' }),
    },
  });
  try {
    const before = stack.processes();
    const code = await runShown(join(bin, 'st'), [
      ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
      ...['run', `${stack.urls.http}/openapi.json`, '-H', `${API_KEY_HEADER}: ${key}`],
      ...['--checks', 'all', '--continue-on-failure'],
      ...['--max-examples', String(examples), '--seed', String(seed)],
    ]);
    const faults = [...(await faultsOf(stack, data)), ...deaths(before, stack.processes())];
    for (const fault of faults) {
      console.error(fault);
    }
    console.log(faults.length === 0 && code === 0 ? `No fault found (seed ${seed}).` : `Repeat: --seed ${seed}`);
    return faults.length > 0 ? 1 : code;
  } finally {
    await stack.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** Internal errors in the logs, and processes that have died or do not answer. */
async function faultsOf(stack: EmbeddedStack, data: string): Promise<readonly string[]> {
  const folder = join(data, 'logs');
  const logs = (await readdir(folder)).filter((file) => file.endsWith('.log'));
  const missing = LOGS.filter((file) => !logs.includes(file)).map((file) => `There is no ${file}: was it searched?`);
  const faults = await Promise.all(
    logs.map(async (file) =>
      faultsInLog(await readFile(join(folder, file), 'utf8')).map((line) => `${file}: ${line.slice(0, 2_000)}`),
    ),
  );
  const health = await fetch(`${stack.urls.http}/health`, { signal: AbortSignal.timeout(5_000) });
  const unwell = health.ok ? [] : [`The stack is not well: /health answered ${health.status}.`];
  return [...missing, ...faults.flat(), ...unwell];
}

function deaths(before: ReturnType<EmbeddedStack['processes']>, after: typeof before): readonly string[] {
  const alive = new Set(after.map(({ pid }) => pid));
  return before.filter(({ pid }) => !alive.has(pid)).map(({ name }) => `${name} died during the run.`);
}

await runCommand(COMMAND_LINE, async ({ examples, seed = Math.floor(Math.random() * 1_000_000) }) => {
  try {
    return await fuzz(examples, seed);
  } catch (error) {
    if (error instanceof PythonMissingError) {
      console.error(error.message);
      return 2;
    }
    throw error;
  }
});
