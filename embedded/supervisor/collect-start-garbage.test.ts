import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const MODULE = new URL('./collect-start-garbage.ts', import.meta.url).href;

/** Says when the whole heap is collected, and ends then. By itself V8 does not collect the heap of these small programs. */
const TELL_COLLECTION = `
  const { PerformanceObserver, constants } = process.getBuiltinModule('node:perf_hooks');
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(({ detail: { kind } }) => kind === constants.NODE_PERFORMANCE_GC_MAJOR)) {
      console.log('collected');
      observer.disconnect();
      clearInterval(alive);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const alive = setInterval(() => undefined, 100);
`;

/** What a program of the stack prints until it ends. */
async function output(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', MODULE, '--eval', program], {
    timeout: 50_000,
  });
  return stdout;
}

test('what a start leaves is collected though the program then does nothing', async () => {
  expect(await output(TELL_COLLECTION)).toBe('collected\n');
});

test('a program that still works is not held up', async () => {
  const busyForThreeSeconds = `
    const until = performance.now() + 3_000;
    (function work() {
      const pause = performance.now() + 50;
      while (performance.now() < pause);
      if (performance.now() < until) { setImmediate(work); } else { console.log('quiet'); }
    })();
  `;
  expect(await output(TELL_COLLECTION + busyForThreeSeconds)).toBe('quiet\ncollected\n');
});

test('the garbage of a thread is collected too', async () => {
  const module = `data:text/javascript,${encodeURIComponent(TELL_COLLECTION)}`;
  const startThread = `
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    new Worker(new URL(${JSON.stringify(module)}));
  `;
  expect(await output(startThread)).toBe('collected\n');
});
