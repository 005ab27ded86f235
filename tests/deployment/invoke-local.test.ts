import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { copyService, withoutOwnVariables } from './packaged-template.ts';

test('npx serverless invoke local runs the bundle of a function, and ends', async () => {
  const folder = await copyService();
  const command = [
    join('node_modules', 'serverless', 'bin', 'serverless.js'),
    'invoke',
    'local',
    '--function',
    'health',
  ];
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env: withoutOwnVariables(),
    // The framework would wait for an event on a standard input that stays open.
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  await rm(folder, { recursive: true, force: true });
  expect(output).toContain('"statusCode": 200');
  expect(output).toContain('\\"state\\":\\"UP\\"');
  expect(code).toBe(0);
}, 25_000);
