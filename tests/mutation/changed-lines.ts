import { execFileSync } from 'node:child_process';

/**
 * The lines of a place that differ from a commit, as Stryker's mutation ranges (`file:first-last`).
 *
 * @throws {Error} with what git says about an unknown commit
 */
export function changedLines(since: string, globs: readonly string[], folder: string): readonly string[] {
  const paths = globs.map((glob) => (glob.startsWith('!') ? `:(exclude,glob)${glob.slice(1)}` : `:(glob)${glob}`));
  const diff = execFileSync('git', ['diff', '--unified=0', '--no-color', '--no-renames', since, '--', ...paths], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1_024 * 1_024,
  });
  const ranges: string[] = [];
  let file = '';
  for (const line of diff.split('\n')) {
    const named = /^\+\+\+ b\/(.*)$/.exec(line)?.[1];
    if (named !== undefined) {
      file = named;
    }
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk !== null) {
      const first = Number(hunk[1]);
      const count = Number(hunk[2] ?? 1);
      if (count > 0) {
        ranges.push(`${file}:${first}-${first + count - 1}`);
      }
    }
  }
  return ranges;
}
