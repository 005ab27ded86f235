import { allCells, type Cell, columnOf, nameOf, rowOf, targets } from './cell.ts';

/** How cells are chosen; all of them where nothing is said. */
export interface CellChoice {
  /** Names such as "kill -9 x payment". */
  readonly only?: readonly string[] | undefined;
  /** Beginnings of rows, comma-separated. */
  readonly faults?: string | undefined;
  /** Columns, comma-separated. */
  readonly targets?: string | undefined;
}

/**
 * The cells that are wanted.
 *
 * @throws {Error} naming the option that names no cell
 */
export function chosenCells(choice: CellChoice): readonly Cell[] {
  const rows = [...new Set(allCells.map(rowOf))];
  const faults = listed('--faults', choice.faults, (word) => rows.some((row) => row.startsWith(word)));
  const columns = listed('--targets', choice.targets, (word) => ['all', ...targets].includes(word));
  const cells = (choice.only?.map(cellNamed) ?? allCells).filter(
    (cell) =>
      (faults === undefined || faults.some((fault) => rowOf(cell).startsWith(fault))) &&
      (columns === undefined || columns.includes(columnOf(cell))),
  );
  if (cells.length > 0) {
    return [...new Set(cells)];
  }
  throw new Error('--only, --faults and --targets together leave no cell.');
}

function cellNamed(name: string): Cell {
  const found = allCells.find((cell) => nameOf(cell) === name);
  if (found === undefined) {
    throw new Error(`--only is "${name}"; it must be a cell such as "kill -9 x payment".`);
  }
  return found;
}

function listed(option: string, text: string | undefined, isKnown: (word: string) => boolean) {
  const words = text?.split(',').map((word) => word.trim());
  const unknown = words?.find((word) => word === '' || !isKnown(word));
  if (unknown !== undefined) {
    throw new Error(`${option} is "${text}"; there is nothing called "${unknown}".`);
  }
  return words;
}
