import { expect, test } from '@jest/globals';
import { checkOpenFilesLimit } from './open-files-limit.ts';

test('a limit of open files under which no stack starts is refused with the number and the mend', () => {
  expect(() => checkOpenFilesLimit(64)).toThrow(/open 64 files.*needs 128 to start: raise its limit \(ulimit -n 1024/);
});

test('a limit of open files that only many clients reach is a warning', () => {
  expect(checkOpenFilesLimit(256)).toMatch(/open 256 files.*Under many clients/);
  expect(checkOpenFilesLimit(1_024)).toBeUndefined();
});
