import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { ApiLauncher } from './api-launcher.ts';
import { signal } from './process-table.ts';
import type { ProcessReport } from './supervised-process.ts';

const unlessWindows = process.platform === 'win32' ? test.skip : test;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-launcher-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

unlessWindows('an API process that hangs is killed and restarted, and one that is heard lives on', async () => {
  // Lives for as long as it is not killed. Its second life ends at once, and with it the launcher.
  const program = join(folder, 'api.mjs');
  await writeFile(
    program,
    `import { existsSync, writeFileSync } from 'node:fs';
    const pidFile = ${JSON.stringify(join(folder, 'pid'))};
    if (existsSync(pidFile)) process.exit(0);
    process.send({ type: 'ready' });
    setInterval(() => process.send({ type: 'alive' }), 10);
    writeFileSync(pidFile, String(process.pid));`,
  );
  const reports: ProcessReport[] = [];
  const launcher = new ApiLauncher({
    verbose: false,
    json: false,
    runFolder: folder,
    tell: (report) => reports.push(report),
    program: [program],
    heartbeats: { everyMs: 100, timeoutMs: 0, maxMisses: 5 },
  });
  const ended = launcher.run();
  const pid = await eventually(() => readFile(join(folder, 'pid'), 'utf8').then(Number, () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(reports).toEqual([]);
  signal(pid, 'SIGSTOP');
  expect(await ended).toBe(0);
  expect(reports).toEqual([
    { type: 'hung', name: 'api', ms: expect.any(Number) },
    { type: 'died', name: 'api', how: 'was ended by SIGKILL', delayMs: 100 },
  ]);
});
