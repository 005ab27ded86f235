import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../embedded/configuration.ts';
import { USAGE as ORDERS_USAGE } from '../scripts/orders/usage.ts';

const TRACKED = execFileSync('git', ['ls-files'], { cwd: PROJECT_ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
const PAGES = TRACKED.filter((file) => file.endsWith('.md') && existsSync(join(PROJECT_ROOT, file)));
const SCRIPTS = Object.keys(JSON.parse(read('package.json')).scripts);
const FOLDERS = new Set(TRACKED.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));

/** Folders below tracked ones that git ignores: a run creates what a page names there. */
const WRITTEN_BY_RUNS = /^(?:verification\/\w+\/results|proto\/gen)\//;

test('every relative link of a page leads to a file, and to a heading where it names one', () => {
  expect(PAGES.flatMap((page) => relativeLinks(read(page))).length).toBeGreaterThan(60);
  expect(PAGES.flatMap((page) => brokenLinks(page, read(page)))).toEqual([]);
});

test('every npm script that a page names is in package.json', () => {
  expect(PAGES.flatMap((page) => npmScripts(read(page))).length).toBeGreaterThan(50);
  expect(PAGES.flatMap((page) => missingScripts(page, read(page)))).toEqual([]);
});

test('every command of npm run orders that a page names exists', () => {
  expect(PAGES.flatMap((page) => orderCommands(read(page))).length).toBeGreaterThan(40);
  expect(PAGES.flatMap((page) => missingOrderCommands(page, read(page)))).toEqual([]);
});

test('every file and folder that a page names by its path in the repository exists', () => {
  expect(PAGES.flatMap((page) => namedPaths(read(page))).length).toBeGreaterThan(50);
  expect(PAGES.flatMap((page) => missingPaths(page, read(page)))).toEqual([]);
});

describe('the check of the pages reports', () => {
  test('a link to a file that was moved', () => {
    expect(brokenLinks('docs/a.md', 'See [b](moved.md) and [c](../README.md).')).toEqual(['docs/a.md: moved.md']);
  });

  test('a link to a heading that was renamed', () => {
    const links = '[gone](security.md#renamed) and [there](security.md#least-privilege)';
    expect(brokenLinks('docs/a.md', links)).toEqual(['docs/a.md: security.md#renamed']);
  });

  test('an npm script that was renamed', () => {
    expect(missingScripts('docs/a.md', '`npm run renamed -- --help`, `npm run bench`')).toEqual(['docs/a.md: renamed']);
  });

  test('a command of npm run orders that was renamed', () => {
    expect(missingOrderCommands('docs/a.md', '`npm run orders -- mend ORDER_ID`, `npm run orders -- list`')).toEqual([
      'docs/a.md: mend',
    ]);
  });

  test('a path that was moved', () => {
    const text = '`functions/moved.ts`, `functions/common/errors.ts`, `verification/chaos/`';
    expect(missingPaths('docs/a.md', text)).toEqual(['docs/a.md: functions/moved.ts']);
  });
});

function brokenLinks(page: string, text: string): readonly string[] {
  return relativeLinks(text)
    .filter(({ file, heading }) => {
      const target = file === '' ? page : join(dirname(page), decodeURI(file));
      if (!existsSync(join(PROJECT_ROOT, target))) {
        return true;
      }
      return heading !== undefined && target.endsWith('.md') && !headings(read(target)).includes(heading);
    })
    .map(({ file, heading }) => `${page}: ${file}${heading === undefined ? '' : `#${heading}`}`);
}

function missingScripts(page: string, text: string): readonly string[] {
  return npmScripts(text)
    .filter((name) => !SCRIPTS.includes(name))
    .map((name) => `${page}: ${name}`);
}

function missingOrderCommands(page: string, text: string): readonly string[] {
  return orderCommands(text)
    .filter((name) => !new RegExp(`^  ${name}\\b`, 'm').test(ORDERS_USAGE))
    .map((name) => `${page}: ${name}`);
}

function orderCommands(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm run orders -- ([a-z]+)/g)].map(([, name = '']) => name);
}

function missingPaths(page: string, text: string): readonly string[] {
  return namedPaths(text)
    .filter((path) => !existsSync(join(PROJECT_ROOT, path)))
    .map((path) => `${page}: ${path}`);
}

interface RelativeLink {
  /** Empty for a heading of the same page. */
  readonly file: string;
  readonly heading: string | undefined;
}

function relativeLinks(text: string): readonly RelativeLink[] {
  return [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, file = '', heading]) => ({
    file,
    heading,
  }));
}

function npmScripts(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
}

/** Paths in code spans that begin with a folder of the repository's root. */
function namedPaths(text: string): readonly string[] {
  return [...text.matchAll(/`((\w[\w.-]*)\/[\w./-]*)`/g)]
    .filter(([, path = '', folder = '']) => FOLDERS.has(folder) && !WRITTEN_BY_RUNS.test(path))
    .map(([, path = '']) => path);
}

/** The anchors that GitHub gives to the headings of a page. */
function headings(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function read(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), 'utf8');
}
