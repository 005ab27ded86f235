import { expect, test } from '@jest/globals';
import { readBenchOptions } from './options.ts';

test('reads how a benchmark is asked for', () => {
  expect(readBenchOptions(['--quick', '--endpoint', 'http://127.0.0.1:4566'])).toMatchObject({
    quick: true,
    endpoint: { url: 'http://127.0.0.1:4566', stage: 'dev' },
    name: 'bench',
    allowRemote: false,
  });
  expect(readBenchOptions(['--help'])).toBe('help');
});

test.each([
  [['--endpoint', 'nowhere'], /--endpoint is "nowhere"/],
  [['--inventory', '127.0.0.1:50051'], /--inventory .* --endpoint/],
  [['--endpoint', 'http://127.0.0.1:4566', '--stage', 'a b'], /--stage is "a b"/],
  [['--name', '../x'], /--name/],
  [['--fast'], /--fast/],
])('a wrong command line is named: %s', (args, message) => {
  expect(() => readBenchOptions(args)).toThrow(message);
});
