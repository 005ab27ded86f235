import { expect, test } from '@jest/globals';
import { helpOf, readCommandLine } from '../command-line.ts';
import { DEMO_COMMAND_LINE } from './demo-options.ts';
import { SCENARIOS } from './scenarios.ts';

test('the demo runs every scenario unless told otherwise', () => {
  expect(readCommandLine(DEMO_COMMAND_LINE, [])).toEqual({ only: [], 'own-stack': false, json: false });
});

test('--only of the demo picks scenarios by name', () => {
  expect(readCommandLine(DEMO_COMMAND_LINE, ['--only', 'declined', '--only', 'confirmed'])).toMatchObject({
    only: ['declined', 'confirmed'],
  });
});

test('a scenario that the demo does not have is refused with the names of all', () => {
  expect(() => readCommandLine(DEMO_COMMAND_LINE, ['--only', 'lucky'])).toThrow(
    /--only is "lucky".*confirmed.*inventory-down/,
  );
});

test('the help text of the demo describes every scenario once', () => {
  const help = helpOf(DEMO_COMMAND_LINE);
  for (const { name } of SCENARIOS) {
    expect(help.split(`  ${name} `)).toHaveLength(2);
  }
});
