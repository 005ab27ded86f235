import { STACK_PROCESSES } from '../../embedded/stack.ts';
import { type PointName, pointNames } from './faults/points.ts';
import type { Target } from './proxy/wire-call.ts';

/** Every kind of fault that is aimed at one target. */
export const FAULT_KINDS = ['kill -9', 'SIGSTOP', 'latency', 'errors', 'lost reply', 'duplicates', 'outage'] as const;

/** A kind of fault. `outage` lasts longer than the saga's retries, or, of the engine, than its customers like to wait. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One square of the matrix: a fault, at random or at a chosen point, against one target. `mixed` is all at once. */
export type Cell =
  | { readonly kind: 'single'; readonly fault: FaultKind; readonly point?: PointName; readonly target: Target }
  | { readonly kind: 'mixed' };

/** All that faults can be aimed at. */
export const targets = STACK_PROCESSES;

/** The row of the matrix a cell is in. */
export function rowOf(cell: Cell): string {
  if (cell.kind === 'mixed') {
    return 'mixed';
  }
  return cell.point === undefined ? cell.fault : `${cell.fault} ${cell.point}`;
}

/** The column of the matrix a cell is in. */
export function columnOf(cell: Cell): Target | 'all' {
  return cell.kind === 'mixed' ? 'all' : cell.target;
}

/** As `--only` takes it. */
export function nameOf(cell: Cell): string {
  return `${rowOf(cell)} x ${columnOf(cell)}`;
}

/** Faults that wait for a point of a saga, too. */
const POINTED_FAULTS = ['kill -9', 'SIGSTOP'] as const satisfies readonly FaultKind[];

/** Every cell, a row after the other. */
export const allCells: readonly Cell[] = [
  ...FAULT_KINDS.flatMap((fault) => targets.map((target) => ({ kind: 'single', fault, target }) as const)),
  ...POINTED_FAULTS.flatMap((fault) =>
    pointNames.flatMap((point) => targets.map((target) => ({ kind: 'single', fault, point, target }) as const)),
  ),
  { kind: 'mixed' },
];

/** Why a cell cannot be had, or undefined where it can. */
export function whyImpossible(cell: Cell, platform: NodeJS.Platform): string | undefined {
  if (cell.kind === 'mixed') {
    return undefined;
  }
  if (cell.fault === 'SIGSTOP' && platform === 'win32') {
    return 'Windows has no SIGSTOP';
  }
  return undefined;
}
