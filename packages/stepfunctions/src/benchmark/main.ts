import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Durability } from '../options.ts';
import { startLambdaStub } from '../testing/lambda-stub.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { measureGrowth, measureStartLatency } from './latency.ts';
import { type Row, tableOf } from './table.ts';
import { measureInMemoryLibrary, measureTaskTransitions, measureTransitions } from './transitions.ts';
import { measureWaiting } from './waiting.ts';

const USAGE = `Measures the Step Functions engine: the real server as a process of its own, over HTTP.

npm run bench:stepfunctions -- [--quick] [--only NAME]

  --quick      a tenth of the work
  --only NAME  transitions, latency, waiting, growth or library`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const scale = values.quick ? 0.1 : 1;
function isWanted(name: string): boolean {
  return values.only === undefined || values.only === name;
}

/** Runs a measurement on a fresh server and prints its rows. */
async function onServer(
  durability: Durability,
  measure: (server: ServerProcess, dataDir: string) => Promise<readonly Row[]>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'stepfunctions-benchmark-'));
  const lambda = await startLambdaStub({ echo: (event) => event });
  const server = new ServerProcess(['--lambda-endpoint', lambda.url, '--data', dataDir, '--durability', durability]);
  try {
    await server.start();
    console.log(tableOf(await measure(server, dataDir)));
  } finally {
    await server.kill();
    await lambda.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

for (const durability of ['process', 'power'] as const) {
  if (isWanted('transitions')) {
    await onServer(durability, async ({ url }) => [
      ...(await measureTransitions(url, durability, scale)),
      ...(await measureTaskTransitions(url, durability, scale)),
    ]);
  }
  if (isWanted('latency')) {
    await onServer(durability, ({ url }) => measureStartLatency(url, durability, scale));
  }
}
if (isWanted('waiting')) {
  await onServer('process', (server, dataDir) => measureWaiting(server, dataDir, scale));
}
if (isWanted('growth')) {
  await onServer('process', ({ url }) => measureGrowth(url, scale));
}
if (isWanted('library')) {
  console.log(tableOf(await measureInMemoryLibrary(scale)));
}
