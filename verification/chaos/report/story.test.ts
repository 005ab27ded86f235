import { expect, test } from '@jest/globals';
import { checkInvariants } from '../../invariants/invariants.ts';
import { soundSnapshot } from '../../invariants/sound-snapshot.ts';
import type { FaultEvent } from '../faults/fault-event.ts';
import { cellNamed } from '../short-plan.ts';
import { findingOf } from './finding.ts';
import { faultsAround, storyOf } from './story.ts';
import { unexpectedEnds } from './unexpected-ends.ts';

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
  began_at: at(0),
  healed_at: at(9),
  customers: new Map(),
  stocked: new Map(),
};

test('faults of other cells are told where they fell into the life of the order', () => {
  const order = snapshot.orders.find(({ order_id }) => order_id === 'confirmed');
  const own = { ...run, order_ids: ['confirmed'], faults: [kill(1)] };
  const other = { ...run, order_ids: [], faults: [kill(3), kill(4), kill(6)] };
  // It was placed at 03:04:05 and ended at 03:04:06.
  expect(faultsAround('confirmed', order, [own, other])).toEqual([kill(4)]);
  const open = order && { ...order, status: 'PAID' as const };
  expect(faultsAround('confirmed', open, [own, other])).toEqual([kill(4), kill(6)]);
  expect(faultsAround('confirmed', undefined, [own, other])).toHaveLength(4);
});

test('what is wrong with an item is told by the orders that ask for it, and each story begins with what was found', () => {
  const { violations } = checkInvariants(snapshot, { stocked: new Map([['item', 101]]) });
  const findings = violations.map((violation) => findingOf(violation, snapshot.orders));
  expect(findings[0]?.order_ids).toContain('confirmed');
  const what = findings.map((finding) => finding.what);
  const story = storyOf('confirmed', { findings: what, snapshot, history: [], runs: [], recorded: [] });
  expect(story).toContain('found\n    stock adds up: item item: it was stocked with 101');
});

test('an end that the customer cannot have brought about is found', () => {
  const ended = (kind: 'declined' | 'buys') => [{ customers: new Map([['confirmed', kind] as const]) }];
  expect(unexpectedEnds(ended('buys'), snapshot.orders)).toEqual([]);
  expect(unexpectedEnds(ended('declined'), snapshot.orders)).toEqual([
    { what: 'order confirmed: its customer (declined) cannot have it CONFIRMED', order_ids: ['confirmed'] },
  ]);
});
