import { describe, expect, test } from '@jest/globals';
import { readCommandLine } from '../command-line.ts';
import { refuseRemote } from '../stack/stack-addresses.ts';
import { LOAD_COMMAND_LINE, loadOptionsOf } from './load-options.ts';
import { readPhases } from './scenarios/phases.ts';

function readLoadOptions(args: readonly string[], environment: Readonly<Record<string, string>>) {
  return loadOptionsOf(readCommandLine(LOAD_COMMAND_LINE, args), environment);
}

describe('the options of the load', () => {
  test('name the stack on this machine unless told otherwise', () => {
    expect(readLoadOptions(['--profile', 'smoke'], {})).toMatchObject({
      profile: 'smoke',
      name: 'smoke',
      addresses: { http: 'http://127.0.0.1:3000', aws: 'http://127.0.0.1:4566', inventory: '127.0.0.1:50051' },
      startOwn: true,
      allowRemote: false,
      toleratesUnreachable: true,
    });
  });

  test('take addresses from the command line, and otherwise from the environment', () => {
    const environment = { HTTP_PORT: '3100', AWS_ENDPOINT_PORT: '4600', INVENTORY_PORT: '50100' };
    const args = ['--profile', 'spike', '--endpoint', 'http://localhost:9', '--name', 'mine'];
    expect(readLoadOptions(args, environment)).toMatchObject({
      name: 'mine',
      addresses: { http: 'http://localhost:9', aws: 'http://127.0.0.1:4600', inventory: '127.0.0.1:50100' },
      startOwn: false,
      toleratesUnreachable: false,
    });
  });

  test.each([
    [[], '--profile PROFILE is missing'],
    [['--profile', 'soak'], '--profile is "soak"; it must be one of smoke, spike'],
    [['--profile', 'smoke', '--rate', '0'], '--rate is "0"'],
    [['--profile', 'smoke', '--duration', 'long'], '--duration is "long"'],
    [['--profile', 'smoke', '--name', '../x'], '--name is "../x"'],
    [['--profile', 'smoke', '--endpoint', 'nowhere'], '--endpoint is "nowhere"'],
    [['--profile', 'smoke', '--unknown'], '--unknown'],
    [['smoke'], 'smoke'],
  ])('are refused by name: %j', (args, fault) => {
    expect(() => readLoadOptions(args, {})).toThrow(fault);
  });
});

describe('the load goes to this machine only', () => {
  test.each([
    'http://127.0.0.1:3000',
    'http://localhost:3000/x',
    'http://[::1]:3000',
    '127.0.0.1:50051',
    '127.1.2.3:1',
  ])('%s is this machine', (address) => {
    expect(() => refuseRemote(address, false)).not.toThrow();
  });

  test.each([
    'http://10.0.0.1:3000',
    'https://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'example.com:50051',
  ])('%s is refused, unless remote is allowed', (address) => {
    expect(() => refuseRemote(address, false)).toThrow('--allow-remote');
    expect(() => refuseRemote(address, true)).not.toThrow();
  });
});

describe('the profiles of the load', () => {
  test('the spike jumps to twenty times the usual rate and comes back to it', async () => {
    const [baseline, spike, recovery] = await readPhases('spike');
    expect(spike?.arrivalRate).toBe((baseline?.arrivalRate ?? 0) * 20);
    expect(recovery?.arrivalRate).toBe(baseline?.arrivalRate);
  });

  test('can be made shorter and lighter', async () => {
    expect(await readPhases('smoke', 0.1, 0.5)).toEqual([{ name: 'steady', duration: 3, arrivalRate: 5 }]);
  });
});
