import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const repository = join(import.meta.dirname, '..');
const tools = join(repository, 'node_modules/.bin');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generated-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('proto/gen is up to date: `npm run gen` generates the same files', async () => {
  await promisify(execFile)(join(tools, 'buf'), ['generate', '--output', folder], {
    cwd: repository,
    env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH ?? ''}` },
  });
  const fresh = await contents(join(folder, 'proto/gen'));
  expect(Object.keys(fresh)).toContain('inventory/v1/inventory.ts');
  expect(await contents(join(repository, 'proto/gen'))).toEqual(fresh);
});

async function contents(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file) => [relative(root, file), await readFile(file, 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}
