import { expect, test } from '@jest/globals';
import { readCommandLine } from '../command-line.ts';
import { BENCH_COMMAND_LINE, benchOptionsOf } from './bench-options.ts';

function readBenchOptions(args: readonly string[]) {
  return benchOptionsOf(readCommandLine(BENCH_COMMAND_LINE, args));
}

test('the benchmark compares with another endpoint of the stage dev unless told otherwise', () => {
  expect(readBenchOptions(['--quick', '--endpoint', 'http://127.0.0.1:4566'])).toMatchObject({
    quick: true,
    endpoint: { url: 'http://127.0.0.1:4566', stage: 'dev' },
    name: 'bench',
    allowRemote: false,
  });
});

test.each([
  [['--endpoint', 'nowhere'], /--endpoint is "nowhere"/],
  [['--inventory', '127.0.0.1:50051'], /--inventory .* --endpoint/],
  [['--stage', 'local'], /--stage .* --endpoint/],
  [['--endpoint', 'http://127.0.0.1:4566', '--stage', 'a b'], /--stage is "a b"/],
  [['--name', '../x'], /--name/],
  [['--fast'], /--fast/],
])('the benchmark refuses a wrong command line by name: %j', (args, message) => {
  expect(() => readBenchOptions(args)).toThrow(message);
});
