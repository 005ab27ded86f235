/**
 * `npm run fuzz`: holds the whole API of a real stack against its own OpenAPI document with schemathesis: no fault of the
 * server, no answer that is not documented, nothing taken that the document refuses, no call without a key.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type EmbeddedStack, STACK_PROCESSES, startEmbeddedStack } from '../../embedded/stack.ts';
import { hashOfApiKey, newApiKey } from '../../functions/access/api-key.ts';
import { API_KEY_HEADER, apiKeyEntry } from '../../functions/access/api-key-register.ts';
import { faultsInLog } from './log-faults.ts';
import { PythonMissingError, pythonEnvironment, runShown } from './python.ts';

const USAGE = `npm run fuzz -- [options]

  --examples N   test cases for each call in each phase (50)
  --seed N       repeats a run (default: another one each time)
  --help         this text

Starts a stack of its own that asks for API keys. Needs Python 3.10 or newer; installs schemathesis into .fuzz/.`;

/** API Gateway knows no 405: a method that a path has not is no such call (404), there and here. */
const NOT_HERE = 'unsupported_method,allow_header_conformance';

/** Each process of the stack writes one. */
const LOGS = STACK_PROCESSES.map((name) => `${name}.log`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      examples: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const root = resolve(import.meta.dirname, '../..');
  const bin = await pythonEnvironment(join(root, '.fuzz', 'python'), join(import.meta.dirname, 'requirements.txt'));
  const data = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const key = newApiKey();
  const stack = await startEmbeddedStack({
    dataDirectory: data,
    environment: { AUTH_MODE: 'api-key', API_KEYS: apiKeyEntry({ name: 'fuzz', hash: hashOfApiKey(key) }) },
  });
  try {
    const before = stack.processes();
    const code = await runShown(join(bin, 'st'), [
      ...['--config-file', join(import.meta.dirname, 'schemathesis.toml')],
      ...['run', `${stack.urls.http}/openapi.json`, '-H', `${API_KEY_HEADER}: ${key}`],
      ...['--checks', 'all', '--exclude-checks', NOT_HERE, '--continue-on-failure'],
      ...['--max-examples', values.examples, '--seed', values.seed],
    ]);
    const faults = [...(await faultsOf(stack, data)), ...deaths(before, stack.processes())];
    for (const fault of faults) {
      console.error(fault);
    }
    console.log(
      faults.length === 0 && code === 0 ? `No fault found (seed ${values.seed}).` : `Repeat: --seed ${values.seed}`,
    );
    return faults.length > 0 ? 1 : code;
  } finally {
    await stack.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** What the logs of all processes call a failure of ours, and whether the stack still answers. */
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

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof PythonMissingError ? error.message : error);
  process.exitCode = error instanceof PythonMissingError ? 2 : 1;
}
