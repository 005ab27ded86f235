import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

// A small disk needs a namespace, which some machines do not give.
const hasNamespace = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
const onSmallDisk = hasNamespace ? test : test.skip;

const SMALL_DISK = 'mount -t tmpfs -o size=64k tmpfs "$DISK" && exec "$0" "$1"';

function source(file: string): string {
  return JSON.stringify(join(import.meta.dirname, file));
}

onSmallDisk('a child whose log is empty because the disk is full fails the start with this cause', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
  try {
    await writeFile(
      join(folder, 'start.mts'),
      `import { writeFileSync } from 'node:fs';
      import { LogFile } from ${source('log-file.ts')};
      import { SupervisedProcess } from ${source('supervised-process.ts')};
      import { explainFailure } from ${source('../explain-failure.ts')};
      const disk = process.env.DISK;
      const log = new LogFile(disk + '/child.log', () => undefined);
      try { writeFileSync(disk + '/filler', Buffer.alloc(1_000_000)); } catch {}
      const child = new SupervisedProcess({
        description: {
          name: 'child', port: 1, command: process.execPath,
          arguments: ['--eval', 'console.error("the reason"); process.exit(1)'],
          identity: ['child'], environment: {}, watchesParent: false,
          isReady: async () => false, readyWithinMs: 10_000, graceMs: 100,
        },
        log, runFolder: disk, report: () => undefined,
      });
      await child.start().catch((error) => console.log(explainFailure(error)));
      process.exit();`,
    );
    const disk = await mkdtemp(join(folder, 'disk-'));
    const words = ['-rm', 'sh', '-c', SMALL_DISK, process.execPath, join(folder, 'start.mts')];
    const { stdout } = spawnSync('unshare', words, { env: { ...process.env, DISK: disk }, encoding: 'utf8' });
    expect(stdout.trim()).toBe(
      'The disk of the data folder is full: child ended with exit code 1 before it was ready; its log found no space left ' +
        'on device. Free some space, then start again.',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
