import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { newApiKey } from '../functions/access/api-keys.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MAX_FILE_BYTES = 5_000_000;
const MAX_COMMITS = 5_000;
/** Separates commits in the output of `git log`; no file contains it. */
const COMMIT = '\u0001commit ';

/** Patterns of keys and tokens. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  'an AWS access key': /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  'an AWS secret': /aws_secret_access_key["'\s:=]+[A-Za-z0-9/+]{40}\b/i,
  'a bearer token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/,
  'an API key of this system': /\borders_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/,
  'a GitHub token': /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  'an npm token': /\bnpm_[A-Za-z0-9]{36}\b/,
  'a Slack token': /\bxox[abpr]-[A-Za-z0-9-]{20,}/,
  'a Google key': /\bAIza[A-Za-z0-9_-]{35}\b/,
  'a password in a URL': /\b[a-z][a-z0-9+]*:\/\/[^\s/:@$'"`{}<>]+:[^\s/:@$'"`{}<>]{3,}@/,
};

const KEY_FILES = /(^|\/)(\.env(\..+)?|id_(rsa|ed25519|ecdsa)|.*\.(pem|key|p12|pfx|jks))$/;

function secretsIn(text: string): readonly string[] {
  return Object.entries(PATTERNS)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name);
}

function trackedFiles(): readonly string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    .split('\0')
    .filter((file) => file !== '');
}

/** Skipped in a copy without git history, such as an archive. */
const inRepository = existsSync(join(ROOT, '.git')) ? test : test.skip;

inRepository('no file of the repository contains a secret', () => {
  const files = trackedFiles();
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) => {
    const path = join(ROOT, file);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile() || stats.size > MAX_FILE_BYTES) {
      return [];
    }
    return secretsIn(readFileSync(path, 'utf8')).map((what) => `${file} contains ${what}`);
  });
  expect(found).toEqual([]);
});

inRepository('no file of the repository is a key file or a .env file', () => {
  expect(trackedFiles().filter((file) => KEY_FILES.test(file))).toEqual([]);
});

inRepository('no reachable commit contains a secret or a key file', () => {
  const all = [
    'log',
    '--all',
    `--max-count=${MAX_COMMITS}`,
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
  ];
  const history = execFileSync('git', [...all, '--patch', `--format=${COMMIT}%H`], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  });
  const commits = history.split(COMMIT).slice(1);
  expect(commits.length).toBeGreaterThan(0);
  const found = commits.flatMap((commit) => {
    const files = [...commit.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file = '']) => file);
    return [...secretsIn(commit), ...files.filter((file) => KEY_FILES.test(file))].map(
      (what) => `${commit.slice(0, 12)} contains ${what}`,
    );
  });
  expect(found).toEqual([]);
});

inRepository('git ignores the secrets and data that the scripts create', () => {
  const created = ['.certificates/server-key.pem', '.embedded/logs/api.log', '.env', '.fuzz/python/bin/python'];
  const ignored = execFileSync('git', ['check-ignore', ...created], { cwd: ROOT, encoding: 'utf8' });
  expect(ignored.trim().split('\n')).toEqual(created);
});

describe('the secret scan finds', () => {
  const letters = (count: number): string => 'Ab3'.repeat(count).slice(0, count);
  test.each<readonly [string, string]>([
    ['a private key', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['an AWS access key', `AKIA${'ABCD2345'.repeat(2)}`],
    ['an AWS secret', `aws_secret_access_key = ${letters(40)}`],
    ['a bearer token', `eyJ${letters(20)}.eyJ${letters(20)}.${letters(40)}`],
    ['an API key of this system', newApiKey()],
    ['a GitHub token', `ghp_${letters(36)}`],
    ['an npm token', `npm_${letters(36)}`],
    ['a Slack token', `xoxb-${letters(24)}`],
    ['a Google key', `AIza${letters(35)}`],
    ['a password in a URL', ['postgres:/', `/user:${letters(12)}@host/db`].join('')],
  ])('%s', (what, text) => {
    expect(secretsIn(`line before\nkey: ${text}\n`)).toContain(what);
  });
});
