import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { authenticateByApiKey, parseApiKeys } from '../functions/access/api-keys.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run api-key` as a process of its own. */
function run(args: readonly string[], apiKeys = ''): Promise<Ended> {
  const program = fileURLToPath(new URL('./api-key.ts', import.meta.url));
  const { NODE_OPTIONS: _ofJest, ...environment } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { ...environment, API_KEYS: apiKeys } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** What a person copies: the key, and the setting for the API. */
function copied({ stdout }: Ended): { readonly key: string; readonly entries: string } {
  const [, key = ''] = /\n {2}(\S+)\n/.exec(stdout) ?? [];
  const [, entries = ''] = /API_KEYS='([^']+)' npm start/.exec(stdout) ?? [];
  return { key, entries };
}

function callerOf(key: string, entries: string) {
  return authenticateByApiKey(parseApiKeys(entries))((name) => (name === 'X-Api-Key' ? key : undefined));
}

test('a key is a customer’s or an operator’s, and the printed setting knows it beside the keys that there were', async () => {
  const anns = copied(await run(['create', 'ann']));
  const olafs = copied(await run(['create', 'olaf', '--role', 'operator'], anns.entries));
  expect(await callerOf(anns.key, olafs.entries)).toMatchObject({ caller: { owner: 'ann', role: 'customer' } });
  expect(await callerOf(olafs.key, olafs.entries)).toMatchObject({ caller: { owner: 'olaf', role: 'operator' } });
  expect(olafs.entries).not.toContain(olafs.key);
});

test.each([
  ['an unknown role', ['create', 'ann', '--role', 'admin']],
  ['no name', ['create']],
  ['a name with a space', ['create', 'ann b']],
  ['another command', ['delete', 'ann']],
  ['an unknown option', ['create', 'ann', '--owner', 'x']],
])('arguments with %s make no key, and the usage is shown', async (_what, args) => {
  const ended = await run(args);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--role customer|operator') });
});

test('API_KEYS that hold no key are named in one line, and no key is made', async () => {
  expect(await run(['create', 'ann'], 'garbage')).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^API_KEYS: entry 1 must be [^\n]*\n$/),
  });
});
