import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';

const WATCH = new URL('./parent-watch.ts', import.meta.url).href;

// The parent starts a child with the watch and is killed; the child says goodbye on SIGTERM.
const PARENT = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['--import', ${JSON.stringify(WATCH)}, '-e',
    "process.on('SIGTERM', () => { console.log('goodbye'); process.exit(0); }); console.log('up'); setInterval(() => undefined, 1000)"],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
`;

test('a child ends gracefully when its parent is killed', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes('up')) {
      parent.kill('SIGKILL');
    }
  });
  // The pipe closes when its last writer, the child, is gone.
  await new Promise((resolve) => parent.stdout.once('close', resolve));
  expect(output).toBe('up\ngoodbye\n');
});
