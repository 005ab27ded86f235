import { isFinished } from '../../invariants/snapshot.ts';
import { type ChaosOutcome, stillParked } from '../run/chaos-run.ts';
import { type Finding, findingOf } from './finding.ts';
import { improperAnswers } from './improper-answers.ts';
import { unexpectedEnds } from './unexpected-ends.ts';

/** All that was found wrong in a run, by what it was found with. */
export interface Findings {
  readonly before_redrive: readonly Finding[];
  readonly invariants: readonly Finding[];
  readonly improper_answers: readonly Finding[];
  readonly unexpected_ends: readonly Finding[];
  /** Orders that neither ended nor were parked in time, and those that are parked in spite of the operator. */
  readonly unended: readonly Finding[];
}

/** Looks through what a run left. */
export function findingsIn(outcome: ChaosOutcome): Findings {
  const { runs, recorded, before_redrive, verification } = outcome;
  const { orders } = verification.snapshot;
  const ours = new Set(runs.flatMap(({ order_ids }) => order_ids));
  const open = [before_redrive, verification].flatMap(({ drained, snapshot }) =>
    drained ? [] : snapshot.orders.filter(({ status }) => !isFinished(status) && status !== 'NEEDS_ATTENTION'),
  );
  const unended = [...open.map(({ order_id }) => order_id).filter((id) => ours.has(id)), ...stillParked(outcome)];
  return {
    before_redrive: before_redrive.report.violations.map((violation) => findingOf(violation, orders)),
    invariants: verification.report.violations.map((violation) => findingOf(violation, orders)),
    improper_answers: improperAnswers(recorded),
    unexpected_ends: unexpectedEnds(runs, orders),
    unended: unended.map((id) => ({ what: `order ${id}: it has not come to its end`, order_ids: [id] })),
  };
}

/** All findings, those that tell most first. */
export function allOf(findings: Findings): readonly Finding[] {
  const { before_redrive, invariants, unexpected_ends, improper_answers, unended } = findings;
  return [...before_redrive, ...invariants, ...unexpected_ends, ...improper_answers, ...unended];
}
