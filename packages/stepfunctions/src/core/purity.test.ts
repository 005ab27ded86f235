import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ENGINE = fileURLToPath(new URL('..', import.meta.url));

/** Code that reads the clock, draws random numbers, waits or does I/O. `new Date(at)` is a calculation. */
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bprocess\.|\bfetch\(|\bconsole\.|\brandom(?:UUID|Bytes|Int|Fill|FillSync)\b|\bgetRandomValues\b|\bcrypto\.|\bWorker\b|\brequire\(|\bimport\(/g;

/** Of Node, functions of their arguments alone. */
const ALLOWED_IMPORTS: ReadonlySet<string> = new Set([
  "import { createHash } from 'node:crypto';",
  "import { hash } from 'node:crypto';",
  "import { isDeepStrictEqual } from 'node:util';",
]);

/** The only clock: only time can stop a regular expression that backtracks without end. */
const BOUNDED_BY_TIME = 'language/bounded-regexp.ts';

function impuritiesIn(source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const imports = (code.match(/^import .* from 'node:.*$/gm) ?? []).filter((line) => !ALLOWED_IMPORTS.has(line));
  return [...(code.match(IMPURE) ?? []), ...imports];
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(`${ENGINE}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('testing/'))
    .map((name) => `${folder}/${name}`);
}

test('the core, the language and the validation know no clock, no chance and no outside world', () => {
  const sources = ['core', 'language', 'validation'].flatMap(sourcesIn);
  expect(sources.length).toBeGreaterThan(80);
  const found = sources.map((name) => [name, impuritiesIn(readFileSync(`${ENGINE}/${name}`, 'utf8'))] as const);
  const impure = Object.fromEntries(found.filter(([, impurities]) => impurities.length > 0));
  expect(impure).toEqual({
    [BOUNDED_BY_TIME]: ['performance.', 'performance.', "import { createContext, Script } from 'node:vm';"],
  });
});

test.each([
  'const at = Date.now();',
  'const at = new Date();',
  'const chance = Math.random();',
  'await new Promise((done) => setTimeout(done, 1));',
  "import { readFileSync } from 'node:fs';",
  "import { randomUUID } from 'node:crypto';",
  'const id = crypto.randomUUID();',
  "const home = process.env.HOME ?? '';",
  "await fetch('http://127.0.0.1');",
])('the check for purity finds %s', (line) => {
  expect(impuritiesIn(`/** Date.now() in words is none. */\n${line}\n`)).not.toEqual([]);
});
