import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import SharedRealmEnvironment from './shared-realm-environment.mjs';

test('a test file leaves no global, variable, timer or listener to the next one of its worker', async () => {
  const { setTimeout: timeoutBefore, fetch: fetchBefore } = globalThis;
  const environment = new SharedRealmEnvironment({ projectConfig: { fakeTimers: {} } });
  const late: string[] = [];
  Reflect.set(globalThis, 'leftBehind', true);
  globalThis.fetch = () => Promise.reject(new Error('no network'));
  process.env.LEFT_BEHIND = 'yes';
  const shellBefore = process.env.PATH;
  process.env.PATH = '/nowhere';
  process.on('SIGUSR2', () => late.push('signal'));
  const interval = setInterval(() => late.push('interval'), 5);
  setTimeout(() => late.push('timeout'), 5);
  const cleared = setTimeout(() => late.push('cleared'), 5);
  clearTimeout(cleared);

  await environment.teardown();

  expect('leftBehind' in globalThis).toBe(false);
  expect(globalThis.fetch).toBe(fetchBefore);
  expect(globalThis.setTimeout).toBe(timeoutBefore);
  expect(process.env).not.toHaveProperty('LEFT_BEHIND');
  expect(process.env.PATH).toBe(shellBefore);
  expect(process.listenerCount('SIGUSR2')).toBe(0);
  await sleep(50);
  expect(late).toEqual([]);
  clearInterval(interval);
});
