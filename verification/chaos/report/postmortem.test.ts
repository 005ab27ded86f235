import { expect, test } from '@jest/globals';
import { checkInvariants } from '../../invariants/invariants.ts';
import { soundSnapshot } from '../../invariants/testing/sound-snapshot.ts';
import type { FaultEvent } from '../faults/injection.ts';
import { cellNamed } from '../matrix.ts';
import { findingOf } from './findings.ts';
import { faultsDuring, postmortemOf } from './postmortem.ts';

const snapshot = soundSnapshot();
function at(minute: number) {
  return `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;
}
function kill(minute: number): FaultEvent {
  return {
    at: at(minute),
    until: at(minute + 1),
    target: 'api',
    what: 'kill -9',
  };
}
const run = {
  cell: cellNamed('kill -9 x api'),
  beganAt: at(0),
  healedAt: at(9),
  customers: new Map(),
  stocked: new Map(),
};

test('a postmortem lists the faults of other cells that fell into the life of the order', () => {
  const order = snapshot.orders.find(({ order_id }) => order_id === 'confirmed');
  const own = { ...run, order_ids: ['confirmed'], faults: [kill(1)] };
  const other = { ...run, order_ids: [], faults: [kill(3), kill(4), kill(6)] };
  // It was placed at 03:04:05 and ended at 03:04:06.
  expect(faultsDuring('confirmed', order, [own, other])).toEqual([kill(4)]);
  const open = order && { ...order, status: 'PAID' as const };
  expect(faultsDuring('confirmed', open, [own, other])).toEqual([kill(4), kill(6)]);
  expect(faultsDuring('confirmed', undefined, [own, other])).toHaveLength(4);
});

test('a finding about an item concerns the orders that ask for it, and their postmortems begin with it', () => {
  const { violations } = checkInvariants(snapshot, { stocked: new Map([['item', 101]]) });
  const findings = violations.map((violation) => findingOf(violation, snapshot.orders));
  expect(findings[0]?.order_ids).toContain('confirmed');
  const what = findings.map((finding) => finding.what);
  const postmortem = postmortemOf('confirmed', { findings: what, snapshot, history: [], runs: [], recorded: [] });
  expect(postmortem).toContain('found\n    stock adds up: item item: it was stocked with 101');
});
