import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { eventually } from '../../embedded/eventually.ts';
import { shared } from '../support/shared-stack.ts';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const root = new URL('../..', import.meta.url).pathname;

/** `npm start` ends only with Ctrl-C, and `npm test` runs this test; other tests cover them. */
const CHECKED_ELSEWHERE = ['npm start', 'npm test'];
/** These commands need Docker or AWS; tests/containers covers them. */
const IN_CONTAINERS = /docker|awslocal|serverless deploy|npm run e2e/;

interface Block {
  readonly command: string;
  /** The answer that the README shows below the command. */
  readonly answer?: unknown;
}

const blocks: readonly Block[] = [...readme.matchAll(/```bash\n(.*?)```(?:\n\n```json\n(.*?)```)?/gs)].map(
  ([, command = '', answer]) => ({
    command: command.trim(),
    ...(answer === undefined ? {} : { answer: JSON.parse(answer) }),
  }),
);
const runnable = blocks.filter(({ command }) => !CHECKED_ELSEWHERE.includes(command) && !IN_CONTAINERS.test(command));

function onThesePorts(command: string): string {
  return command
    .replaceAll('http://localhost:3000', shared.stack.urls.http)
    .replaceAll('http://localhost:4566', shared.stack.urls.endpoint);
}

/** Replaces times, which differ from run to run. */
function withoutTimes(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(a time)'));
}

function hasAwsCli(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('the README can be read in five minutes: at most 150 lines and 1,300 words', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1_300);
});

test('the README names every top-level folder of the repository', () => {
  const folders = execFileSync('git', ['ls-tree', '-d', '--name-only', 'HEAD'], { cwd: root, encoding: 'utf8' });
  const rooms = folders.split('\n').filter((name) => /^[a-z]/.test(name) && name !== 'packages');
  expect(rooms.length).toBeGreaterThan(8);
  for (const room of rooms) {
    expect(readme).toContain(`[${room}/](`);
  }
});

test('the README starts with npm start and npm test', () => {
  expect(blocks.map(({ command }) => command).slice(0, 2)).toEqual(CHECKED_ELSEWHERE);
  expect(runnable.length).toBeGreaterThanOrEqual(7);
});

test('CI runs the test command of the README and nothing else', () => {
  const lines = readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8').split('\n');
  expect(lines.filter((line) => /^(?!#|set |cd |$)/.test(line))).toEqual(['npm test']);
});

test('the commands of the README work in order and give the answers that it shows', async () => {
  let exports = '';
  const withAws = hasAwsCli();
  let compared = 0;
  for (const { command, answer } of runnable) {
    const needsAws = /^aws /m.test(command);
    if (needsAws && !withAws) {
      continue;
    }
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `${exports}\n${onThesePorts(command)}`]);
    exports += onThesePorts(
      command
        .split('\n')
        .filter((line) => line.startsWith('export '))
        .join('\n'),
    );
    if (command.startsWith('curl')) {
      expect(JSON.parse(stdout)).toMatchObject({ success: true });
    }
    if (answer !== undefined) {
      compared += 1;
      expect(withoutTimes(JSON.parse(stdout))).toEqual(withoutTimes(answer));
    }
    if (command.includes('get-execution-history')) {
      expect(stdout).toContain('PaymentDeclinedError');
      expect(stdout).toContain('ReleaseInventory');
    }
    // The README says "a moment later": wait until the order is finished or awaits its payment.
    if (command.includes('/orders/place')) {
      await settled(JSON.parse(stdout).data.order_id);
    }
  }
  if (!withAws) {
    console.warn('The AWS CLI is not installed: its commands in the README were not run.');
  }
  expect(compared).toBeGreaterThan(1);
}, 120_000);

async function settled(orderId: string): Promise<void> {
  const inProgress = ['PENDING', 'RESERVED', 'AUTHORIZED', 'PAID'];
  const isSettled = async (): Promise<boolean> => {
    const answer = await fetch(`${shared.stack.urls.http}/orders/status?order_id=${orderId}`);
    const { data } = (await answer.json()) as { readonly data: { readonly status: string } };
    return !inProgress.includes(data.status);
  };
  await eventually(isSettled, { withinMs: 60_000, pollMs: 50, what: `order ${orderId} is settled` });
}
