import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseYaml } from '../../tests/support/yaml.ts';
import { withPatience } from './retry-patience.ts';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}
type States = Readonly<Record<string, { readonly Retry?: readonly Retrier[] }>>;

const SAGA = parseYaml(readFileSync(new URL('../../statemachines/order-saga.asl.yaml', import.meta.url), 'utf8')) as {
  readonly States: States;
};

function retriers({ States }: { readonly States: States }): readonly Retrier[] {
  return Object.values(States).flatMap(({ Retry = [] }) => Retry);
}

test('quick sagas try as often as deployed ones, with waits of a second; parking keeps its hour', () => {
  const deployed = retriers(SAGA);
  const quick = retriers(JSON.parse(withPatience(JSON.stringify(SAGA), 'quick')));
  expect(quick.map(({ MaxAttempts }) => MaxAttempts)).toEqual(deployed.map(({ MaxAttempts }) => MaxAttempts));
  const waiting = quick.filter(({ MaxAttempts }) => MaxAttempts > 0);
  const [minutes, hours] = [
    waiting.filter(({ MaxAttempts }) => MaxAttempts <= 12),
    waiting.filter(({ MaxAttempts }) => MaxAttempts > 12),
  ];
  expect(minutes.length).toBeGreaterThan(10);
  expect(new Set(minutes.map(({ IntervalSeconds, BackoffRate }) => [IntervalSeconds, BackoffRate].join()))).toEqual(
    new Set(['1,1']),
  );
  expect(minutes.every(({ MaxDelaySeconds }) => MaxDelaySeconds === undefined)).toBe(true);
  expect(hours).toEqual(deployed.filter(({ MaxAttempts }) => MaxAttempts > 12));
  expect(hours.length).toBeGreaterThan(0);
});

test('a definition as deployed stays as it is, to the letter', () => {
  const text = '{ "Retry": [{"MaxAttempts": 3}] }';
  expect(withPatience(text, 'as_deployed')).toBe(text);
});
