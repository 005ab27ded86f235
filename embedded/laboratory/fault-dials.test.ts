import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { faultsFrom } from '../../grpc-services/common/fault-injection.ts';
import { testSettings } from '../../tests/support/service.ts';
import { DIALLED_SERVICES, FaultDials, faultRates } from './fault-dials.ts';

const never = new AbortController().signal;
const WELL = { error_percent: 0, lose_reply_percent: 0, latency_ms: 0 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dials-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** The fault injection of a service that inherits what the dials give it. */
function injectionOf(dials: FaultDials, service: 'inventory' | 'payment') {
  const { FAULTS_ENABLED, FAULTS_FILE } = dials.environment(service);
  return faultsFrom({ FAULTS_ENABLED: FAULTS_ENABLED === '1', FAULTS_FILE }, testSettings.logger);
}

test('a dial changes what a running service does with its next call, and leaves the other service alone', async () => {
  const dials = new FaultDials(folder, {});
  const [inventory, payment] = [injectionOf(dials, 'inventory'), injectionOf(dials, 'payment')];
  const call = (faults: typeof payment) =>
    faults.around('Capture', async () => 'done', never).catch(({ reason }) => reason);
  expect(await call(payment)).toBe('done');
  dials.turn('payment', { ...WELL, error_percent: 100 });
  expect([await call(payment), await call(inventory)]).toEqual(['FAULT_INJECTED', 'done']);
  dials.turn('payment', WELL);
  expect(await call(payment)).toBe('done');
  expect(dials.rates('payment')).toEqual(WELL);
});

test('the rates of an earlier stack are forgotten, of every service', async () => {
  const earlier = new FaultDials(folder, {});
  for (const service of DIALLED_SERVICES) {
    earlier.turn(service, { ...WELL, lose_reply_percent: 100 });
  }
  const dials = new FaultDials(folder, {});
  dials.reset();
  earlier.reset();
  for (const service of DIALLED_SERVICES) {
    expect(await injectionOf(dials, service).around('Capture', async () => 'done', never)).toBe('done');
    expect(earlier.rates(service)).toEqual(WELL);
  }
});

test.each([
  [{ FAULTS_FILE: '/own.json' }, /FAULTS_FILE/],
  [{ NODE_ENV: 'production' }, /NODE_ENV=production/],
])('a stack started with %j keeps what its services were told, and says why it has no dials', (environment, why) => {
  const dials = new FaultDials(folder, environment);
  expect(dials.environment('payment')).toEqual({});
  expect(dials.unavailable).toMatch(why);
  expect(() => dials.turn('payment', WELL)).toThrow(why);
});

test.each([
  [{ ...WELL, error_percent: 101 }],
  [{ ...WELL, error_percent: -1 }],
  [{ ...WELL, lose_reply_percent: 0.5 }],
  [{ ...WELL, latency_ms: 10_001 }],
  [{ ...WELL, latency_ms: '5' }],
  [{ ...WELL, latency: 5 }],
  [{ error_percent: 5 }],
])('rates that a service could not use are refused: %j', (rates) => {
  expect(faultRates.safeParse(rates).success).toBe(false);
});
