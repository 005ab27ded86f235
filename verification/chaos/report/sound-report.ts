import { checkInvariants } from '../../invariants/invariants.ts';
import { soundSnapshot } from '../../invariants/sound-snapshot.ts';
import type { ChaosReport } from './chaos-report.ts';

/** A hand-made report of a run that passes, for tests to break. */
export function soundReport(): ChaosReport {
  const { verdict, checked } = checkInvariants(soundSnapshot());
  const check = { drained: true, verdict, checked, violations: [] };
  const facts = {
    orders: 6,
    by_status: { CONFIRMED: 6 },
    parked: 0,
    hits: 3,
    touched: 2,
    longest_recovery_seconds: 1.5,
  };
  return {
    seed: 7,
    command: 'npm run chaos -- --seed 7',
    machine: { processor: 'test', cores: 2, memory_gb: 4, system: 'test', node: 'v24' },
    started_at: '2026-01-01T00:00:00.000Z',
    seconds: 10,
    cells: [
      { row: 'kill -9', column: 'payment', state: { kind: 'ran', runs: 1, facts, broken: 0 } },
      { row: 'SIGSTOP', column: 'engine', state: { kind: 'impossible', why: 'Windows has no SIGSTOP' } },
      { row: 'errors', column: 'payment', state: { kind: 'left out' } },
    ],
    requests: 30,
    unanswered: 2,
    improper_answers: [],
    unexpected_ends: [],
    unprovoked_deaths: [],
    broken_off: [],
    before_redrive: check,
    redriven: 0,
    still_parked: [],
    invariants: check,
    stories: [],
  };
}
