import { STACK_PROCESSES } from '../../embedded/stack.ts';
import { CommandLineError } from '../command-line.ts';
import { SAGA_POINT_NAMES, type SagaPointName } from './faults/saga-points.ts';
import type { Target } from './proxy/network-call.ts';

/** Every kind of fault that has one target. */
export const FAULT_KINDS = ['kill -9', 'SIGSTOP', 'latency', 'errors', 'lost reply', 'duplicates', 'outage'] as const;

/** A kind of fault. An `outage` outlasts the saga's retries; that of the engine outlasts its customers' patience. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One cell of the matrix: a fault, at random or at a point of a saga, against one target. `mixed` combines several. */
export type Cell =
  | { readonly kind: 'single'; readonly fault: FaultKind; readonly point?: SagaPointName; readonly target: Target }
  | { readonly kind: 'mixed' };

/** Every target of a fault. */
export const TARGETS = STACK_PROCESSES;

/** The row of the matrix that a cell is in. */
export function rowOf(cell: Cell): string {
  if (cell.kind === 'mixed') {
    return 'mixed';
  }
  return cell.point === undefined ? cell.fault : `${cell.fault} ${cell.point}`;
}

/** The column of the matrix that a cell is in. */
export function columnOf(cell: Cell): Target | 'all' {
  return cell.kind === 'mixed' ? 'all' : cell.target;
}

/** The name by which `--only` selects a cell, such as "kill -9 x payment". */
export function nameOf(cell: Cell): string {
  return `${rowOf(cell)} x ${columnOf(cell)}`;
}

/** Faults that can also wait for a point of a saga. */
const POINTED_FAULTS = ['kill -9', 'SIGSTOP'] as const satisfies readonly FaultKind[];

/** Every cell, row by row. */
export const ALL_CELLS: readonly Cell[] = [
  ...FAULT_KINDS.flatMap((fault) => TARGETS.map((target) => ({ kind: 'single', fault, target }) as const)),
  ...POINTED_FAULTS.flatMap((fault) =>
    SAGA_POINT_NAMES.flatMap((point) => TARGETS.map((target) => ({ kind: 'single', fault, point, target }) as const)),
  ),
  { kind: 'mixed' },
];

/** The reason why a platform cannot run a cell, or undefined where it can. */
export function whyImpossible(cell: Cell, platform: NodeJS.Platform): string | undefined {
  const needsSigstop = cell.kind === 'single' && cell.fault === 'SIGSTOP';
  return needsSigstop && platform === 'win32' ? 'Windows has no SIGSTOP' : undefined;
}

/**
 * The cell of that name.
 *
 * @throws {Error} there is none
 */
export function cellNamed(name: string): Cell {
  const found = ALL_CELLS.find((cell) => nameOf(cell) === name);
  if (found === undefined) {
    throw new Error(`There is no cell "${name}"; a cell has a name such as "kill -9 x payment".`);
  }
  return found;
}

/** A selection of cells; all of them where it says nothing. */
export interface CellSelection {
  /** Names such as "kill -9 x payment". */
  readonly only?: readonly string[] | undefined;
  /** Beginnings of rows, comma-separated. */
  readonly faults?: string | undefined;
  /** Columns, comma-separated. */
  readonly targets?: string | undefined;
}

/**
 * The selected cells.
 *
 * @throws {CommandLineError} an option names no cell; the message names the option
 */
export function selectCells({ only, ...selection }: CellSelection): readonly Cell[] {
  const rows = [...new Set(ALL_CELLS.map(rowOf))];
  const faults = listed('--faults', selection.faults, (word) => rows.some((row) => row.startsWith(word)));
  const columns = listed('--targets', selection.targets, (word) => ['all', ...TARGETS].includes(word));
  const cells = (only?.map(cellOfOption) ?? ALL_CELLS).filter(
    (cell) =>
      (faults === undefined || faults.some((fault) => rowOf(cell).startsWith(fault))) &&
      (columns === undefined || columns.includes(columnOf(cell))),
  );
  if (cells.length > 0) {
    return [...new Set(cells)];
  }
  throw new CommandLineError('--only, --faults and --targets together leave no cell.');
}

function cellOfOption(name: string): Cell {
  try {
    return cellNamed(name);
  } catch (error) {
    throw new CommandLineError(`--only is "${name}"; it must be a cell such as "kill -9 x payment".`, { cause: error });
  }
}

function listed(option: string, text: string | undefined, isKnown: (word: string) => boolean) {
  const words = text?.split(',').map((word) => word.trim());
  const unknown = words?.find((word) => word === '' || !isKnown(word));
  if (unknown !== undefined) {
    throw new CommandLineError(`${option} is "${text}"; there is nothing called "${unknown}".`);
  }
  return words;
}
