import { expect, test } from '@jest/globals';
import { help, readDemoOptions } from './options.ts';
import { scenarios } from './scenarios.ts';

test('without options every scenario is played', () => {
  expect(readDemoOptions([])).toEqual({ scenarios, ownStack: false, json: false });
});

test('--only picks scenarios by name', () => {
  expect(readDemoOptions(['--only', 'declined', '--only', 'confirmed', '--json'])).toMatchObject({
    scenarios: [{ name: 'declined' }, { name: 'confirmed' }],
    json: true,
  });
});

test('an unknown scenario is refused with the names of all', () => {
  expect(() => readDemoOptions(['--only', 'lucky'])).toThrow(/--only is "lucky".*confirmed.*inventory-down/);
});

test('--help names every scenario once', () => {
  expect(readDemoOptions(['--help'])).toBe('help');
  for (const { name } of scenarios) {
    expect(help.split(`  ${name} `)).toHaveLength(2);
  }
});
