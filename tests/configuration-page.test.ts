import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folders whose programs a person configures; tests and what tries the system set variables for themselves. */
const READERS = [
  'functions',
  'telemetry',
  'aws-clients',
  'grpc-services',
  'infrastructure',
  'embedded',
  'infrastructure',
  'packages',
  'scripts',
  'localstack',
  'serverless.yml',
  'docker-compose.yml',
  'docker-compose.embedded.yml',
];

/** The ways in which a variable is read, each with the name in its first group. */
const READS: readonly RegExp[] = [
  /process\.env\.([A-Z][A-Z0-9_]+)/g,
  /process\.env\[['"]([A-Z][A-Z0-9_]+)/g,
  /(?:\$\{|')env:([A-Z][A-Z0-9_]+)/g,
  // Keys of the schemas that functions and services check their environment with.
  /^ {2,6}([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*): (?:z\b|wholeNumber|required|onOrOff|logLevel|url\b)/gm,
  // embedded/configuration.ts
  /variable: '([A-Z][A-Z0-9_]+)'/g,
  /\(environment, '([A-Z][A-Z0-9_]+)'/g,
  /environment\.([A-Z][A-Z0-9]*_[A-Z0-9_]+)/g,
];

/** Compose files fill in variables in their own way; one without a value is passed on. */
const READ_BY_COMPOSE: readonly RegExp[] = [/\$\{([A-Z][A-Z0-9_]+)(?::-[^}]*)?\}/g, /^ +([A-Z][A-Z0-9_]+):$/gm];

/** Set by Node, npm, AWS Lambda or a program of ours for its own child processes: nobody configures them. */
const NOT_FOR_PEOPLE = new Set([
  'AWS_LAMBDA_RUNTIME_API',
  'NODE_ENV',
  'NODE_OPTIONS',
  'PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD',
]);

function variablesRead(): ReadonlyMap<string, string> {
  const files = execFileSync('git', ['ls-files', '--', ...READERS], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter(
      (file) => /\.(ts|mjs|cjs|yml|sh)$/.test(file) && !/\.test\.ts$|\/(testing|benchmark|crash-test)\//.test(file),
    );
  const found = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(`${ROOT}/${file}`, 'utf8');
    for (const pattern of file.startsWith('docker-compose.') ? READ_BY_COMPOSE : READS) {
      for (const [, name = ''] of text.matchAll(pattern)) {
        if (!NOT_FOR_PEOPLE.has(name)) {
          found.set(name, file);
        }
      }
    }
    for (const [, members = ''] of text.matchAll(/\{([^{}]*)\}\s*=\s*(?:process\.env|environment)\b/g)) {
      for (const [, name = ''] of members.matchAll(/\b([A-Z][A-Z0-9_]+)\b/g)) {
        found.set(name, file);
      }
    }
  }
  return found;
}

/** The variables in the first column of the page's tables. */
function variablesListed(): ReadonlySet<string> {
  const page = readFileSync(`${ROOT}/docs/configuration.md`, 'utf8');
  const cells = [...page.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => name)));
}

test('docs/configuration.md lists every environment variable that a program reads', () => {
  const listed = variablesListed();
  const read = variablesRead();
  expect(read.size).toBeGreaterThan(50);
  expect([...read].filter(([name]) => !listed.has(name)).map(([name, file]) => `${name}, read in ${file}`)).toEqual([]);
});

test('docs/configuration.md lists no environment variable that nothing reads', () => {
  const read = variablesRead();
  const listed = [...variablesListed()];
  expect(listed.length).toBeGreaterThan(50);
  // The AWS SDK reads these, and Powertools' logger the last.
  const readByLibraries = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_REGION', 'POWERTOOLS_LOG_LEVEL'];
  expect(listed.filter((name) => !read.has(name) && !readByLibraries.includes(name))).toEqual([]);
});
