import { expect, test } from '@jest/globals';
import { ConfigurationError } from './configuration.ts';
import { explainFailure } from './explain-failure.ts';

function errno(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['a configuration that cannot be used', new ConfigurationError('HTTP_PORT is wrong.'), 'HTTP_PORT is wrong.'],
  [
    'a full disk that dynoxide met',
    new Error('backend: database or disk is full'),
    'The disk of the data folder is full: backend: database or disk is full. Free some space, then start again.',
  ],
  [
    'a full disk that this process met',
    errno('ENOSPC', 'ENOSPC: no space left on device, write'),
    'The disk of the data folder is full: ENOSPC: no space left on device, write. Free some space, then start again.',
  ],
  [
    'a file that this user may not write',
    errno('EACCES', "EACCES: permission denied, open '/data/logs/api.log'"),
    "EACCES: permission denied, open '/data/logs/api.log': this user may not write there. " +
      'Make the folder writable for this user, or name another by EMBEDDED_DATA_DIR.',
  ],
])('a start that fails by %s is explained in one sentence, without a stack trace', (_what, error, sentence) => {
  expect(explainFailure(error)).toBe(sentence);
});

test('a start that fails by a fault of the program is explained with stack trace and cause', () => {
  const explained = explainFailure(new TypeError('x is undefined', { cause: new Error('the cause') }));
  expect(explained).toContain('explain-failure.test.ts');
  expect(explained).toContain('caused by Error: the cause');
});
