/** The bounds of a number, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What a seed may be. */
export const seedBounds: Bounds = { least: 0, most: 1_000_000_000 };

/**
 * Reads a whole number that is written with digits alone.
 *
 * @param name of the option or variable, for the error
 * @throws {Error} naming it
 */
export function wholeNumber(name: string, text: string, { least, most }: Bounds): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) {
    return value;
  }
  throw new Error(`${name} is "${text}"; it must be a whole number from ${least} to ${most}.`);
}
