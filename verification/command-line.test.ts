import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CommandLineError,
  choice,
  commandAsTyped,
  fileName,
  flag,
  helpOf,
  hostAndPort,
  httpUrl,
  positiveNumber,
  readCommandLine,
  repeatable,
  required,
  text,
  wholeNumber,
  withDefault,
} from './command-line.ts';

const COMMAND_LINE = {
  command: 'npm run soak --',
  description: 'Sends orders until it is stopped.',
  options: {
    orders: withDefault(6, wholeNumber('customers of each round', { least: 1, most: 100 })),
    rate: withDefault(1, positiveNumber('FACTOR', 'customers a second')),
    profile: choice('PROFILE', 'the load', ['smoke', 'spike']),
    name: withDefault('soak', fileName('of the results')),
    endpoint: httpUrl('the API'),
    inventory: hostAndPort('the Inventory service'),
    only: repeatable(text('NAME', 'a scenario')),
    json: flag('one JSON document instead of text'),
  },
};

describe('reading a command line', () => {
  test('gives defaults for the options that were left out', () => {
    expect(readCommandLine(COMMAND_LINE, [])).toEqual({
      orders: 6,
      rate: 1,
      profile: undefined,
      name: 'soak',
      endpoint: undefined,
      inventory: undefined,
      only: [],
      json: false,
    });
  });

  test('gives typed values, all values of a repeatable option and the last one of any other', () => {
    const args = ['--orders', '7', '--orders=8', '--only', 'a', '--only', 'b', '--json', '--profile', 'spike'];
    expect(readCommandLine(COMMAND_LINE, args)).toMatchObject({
      orders: 8,
      only: ['a', 'b'],
      json: true,
      profile: 'spike',
    });
  });

  test.each([
    ['--orders', '0', 'a whole number from 1 to 100'],
    ['--orders', '101', 'a whole number from 1 to 100'],
    ['--orders', '2.5', 'a whole number from 1 to 100'],
    ['--orders', '1e1', 'a whole number from 1 to 100'],
    ['--orders', '0x10', 'a whole number from 1 to 100'],
    ['--orders', ' 7', 'a whole number from 1 to 100'],
    ['--orders', '', 'a whole number from 1 to 100'],
    ['--rate', '0', 'a number above 0'],
    ['--rate', 'long', 'a number above 0'],
    ['--rate', 'Infinity', 'a number above 0'],
    ['--profile', 'soak', 'one of smoke, spike'],
    ['--name', '../x', 'a file name of letters, digits, _ and - only'],
    ['--endpoint', 'nowhere', 'a URL such as http://127.0.0.1:3000'],
    ['--endpoint', 'file:///etc', 'a URL such as http://127.0.0.1:3000'],
    ['--inventory', '50051', 'an address such as 127.0.0.1:50051'],
    ['--only', '', 'a text that is not empty'],
  ])('%s "%s" is refused with what it must be', (option, value, requirement) => {
    const read = () => readCommandLine(COMMAND_LINE, [`${option}=${value}`]);
    expect(read).toThrow(CommandLineError);
    expect(read).toThrow(`${option} is "${value}"; it must be ${requirement}.`);
  });

  test.each([
    [['--soon'], '--soon'],
    [['--orders'], '--orders'],
    [['--json=yes'], '--json'],
    [['smoke'], 'smoke'],
  ])('%j is refused by name', (args, name) => {
    const read = () => readCommandLine(COMMAND_LINE, args);
    expect(read).toThrow(CommandLineError);
    expect(read).toThrow(name);
  });

  test('a required option that was left out is named with what it is for', () => {
    const options = { url: required(httpUrl('the API')) };
    expect(() => readCommandLine({ ...COMMAND_LINE, options }, [])).toThrow('--url URL is missing: the API.');
  });
});

test('the help text names every option with its default, and breaks long lines', () => {
  const long = 'word '.repeat(40).trim();
  const help = helpOf({
    ...COMMAND_LINE,
    options: { ...COMMAND_LINE.options, long: flag(long) },
    epilogue: 'The end.',
  });
  expect(help).toContain('npm run soak -- [options]\n\nSends orders until it is stopped.');
  expect(help).toContain('  --orders N         customers of each round (default 6)\n');
  expect(help).toContain('a scenario; may be repeated');
  expect(help).toMatch(/--help +this text\n\nThe end\.$/);
  for (const line of help.split('\n')) {
    expect(line.length).toBeLessThanOrEqual(120);
  }
});

test('a command as typed can be typed again', () => {
  expect(commandAsTyped(COMMAND_LINE, [])).toBe('npm run soak');
  expect(commandAsTyped(COMMAND_LINE, ['--only', 'kill -9 x payment'])).toBe(
    'npm run soak -- --only "kill -9 x payment"',
  );
});

describe('a command', () => {
  let script: string;
  beforeAll(async () => {
    script = join(await mkdtemp(join(tmpdir(), 'command-line-')), 'command.mjs');
    const library = JSON.stringify(new URL('./command-line.ts', import.meta.url));
    await writeFile(
      script,
      `import { connect } from 'node:net';
       import { CommandLineError, flag, runCommand } from ${library};
       import { ConfigurationError } from ${JSON.stringify(new URL('../functions/common/configuration.ts', import.meta.url))};
       const options = { fail: flag('fails'), break: flag('breaks'), clash: flag('goes with nothing'), port: flag('no port'), away: flag('no stack') };
       await runCommand({ command: 'soak', description: 'Soaks.', options }, async (values) => {
         if (values.break) throw new Error('broken');
         if (values.port) throw new ConfigurationError("HTTP_PORT is 'abc'.");
         if (values.away) await new Promise((_, reject) => connect(1, '127.0.0.1').once('error', reject));
         if (values.clash) throw new CommandLineError('--clash goes with nothing.');
         return values.fail ? 1 : 0;
       });`,
    );
  });
  afterAll(async () => {
    await rm(join(script, '..'), { recursive: true });
  });

  test.each([
    [[], 0, ''],
    [['--help'], 0, 'goes with nothing'],
    [['--fail'], 1, ''],
    [['--break'], 1, 'Error: broken'],
    [['--away'], 1, 'Nothing answers at 127.0.0.1:1. Start the stack there: npm start.'],
    [['--soon'], 2, 'See: soak --help'],
    [['--clash'], 2, '--clash goes with nothing.\nSee: soak --help'],
  ])('%j ends with exit code %d and says "%s"', async (args, code, message) => {
    const ended = await new Promise<{ readonly code: number | null; readonly output: string }>((resolve) => {
      const child = execFile(process.execPath, [script, ...args], (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, output: stdout + stderr }),
      );
    });
    expect(ended.code).toBe(code);
    expect(ended.output).toContain(message);
  });

  test('names a variable that cannot be used in one line, without a stack trace', async () => {
    const problems = await new Promise<string>((resolve) => {
      execFile(process.execPath, [script, '--port'], (_error, _stdout, stderr) => resolve(stderr));
    });
    expect(problems).toBe("HTTP_PORT is 'abc'.\n");
  });
});
