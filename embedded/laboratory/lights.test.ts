import { describe, expect, test } from '@jest/globals';
import { liveVerdict } from '../../verification/invariants/live/live-verdict.ts';
import { soundSnapshot } from '../../verification/invariants/testing/sound-snapshot.ts';
import { INVARIANTS as CHECKED_INVARIANTS } from '../../verification/invariants/violation.ts';
import {
  type CheckerVerdict,
  checkerOutput,
  type Finding,
  INVARIANTS,
  type Light,
  turnLights,
  unknownLights,
} from './lights.ts';

const STOCK = 'stock adds up';
const WRONG: Finding = { item_id: 'i', finding: 'held is 1, but the reservations hold 0' };
const DARK = unknownLights('not yet');

/** What the checker says where stock has these findings and all else holds. */
function verdictWith(findings: readonly Finding[], orders = 3): CheckerVerdict {
  const invariants = INVARIANTS.map((invariant) =>
    invariant === STOCK ? { invariant, total: findings.length, findings } : { invariant, total: 0, findings: [] },
  );
  return { checked_at: '2026-01-02T03:04:05.000Z', orders, on_their_way: 0, invariants };
}

function stock(lights: readonly Light[]): Light | undefined {
  return lights.find(({ invariant }) => invariant === STOCK);
}

/** The light of stock after some checks in a row. */
function afterChecks(...verdicts: readonly CheckerVerdict[]): Light | undefined {
  const turn = (lights: readonly Light[], verdict: CheckerVerdict, index: number) =>
    turnLights(lights, verdict, verdicts[index - 1]);
  return stock(verdicts.reduce(turn, DARK));
}

const [GOOD, BAD] = [verdictWith([]), verdictWith([WRONG])];
const BROKEN = { invariant: STOCK, state: 'broken', findings: [WRONG], total: 1 };

describe('a light', () => {
  test('is there for every invariant of the checker, and reads what the checker prints', () => {
    expect(INVARIANTS).toEqual(CHECKED_INVARIANTS);
    const snapshot = soundSnapshot();
    const printed: unknown = JSON.parse(JSON.stringify(liveVerdict(snapshot, snapshot.items)));
    const lights = turnLights(DARK, checkerOutput.parse(printed) as CheckerVerdict, undefined);
    expect(lights.filter(({ state }) => state === 'held')).toHaveLength(6);
    expect(lights.flatMap((light) => (light.state === 'unknown' ? [light.why] : []))).toEqual([
      expect.stringContaining('what clients were answered'),
      expect.stringContaining('receiver of a webhook'),
    ]);
  });

  test('turns to held with one check that finds nothing', () => {
    expect(afterChecks(GOOD)).toEqual({ invariant: STOCK, state: 'held' });
  });

  test('turns to broken only with a finding that two checks in a row have, and back once it is gone', () => {
    expect(afterChecks(GOOD, BAD)).toMatchObject({ state: 'held' });
    expect(afterChecks(GOOD, BAD, GOOD, BAD)).toMatchObject({ state: 'held' });
    expect(afterChecks(GOOD, BAD, BAD)).toEqual(BROKEN);
    expect(afterChecks(GOOD, BAD, BAD, GOOD)).toMatchObject({ state: 'held' });
  });

  test('stays as it is with findings that change from check to check, as those of a busy table do', () => {
    const other = verdictWith([{ ...WRONG, finding: 'held is 2, but the reservations hold 1' }]);
    expect(afterChecks(GOOD, BAD, other, BAD)).toMatchObject({ state: 'held' });
    expect(afterChecks(BAD, BAD, other)).toEqual(BROKEN);
  });

  test('says nothing after a first check with a finding, or where there is no order', () => {
    expect(afterChecks(BAD)).toMatchObject({ state: 'unknown', why: expect.stringContaining('next check') });
    expect(afterChecks(verdictWith([], 0))).toMatchObject({ state: 'unknown', why: 'There is no order yet.' });
  });
});
