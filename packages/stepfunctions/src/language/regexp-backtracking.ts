/** So many attempts take some milliseconds. */
const FEW_ATTEMPTS = 1e6;

/** A group that is repeated, look-around, names, modifiers, back references: what they cost does not show from outside. */
const INTRICATE = /\)[*+?{]|\(\?(?!:)|\\[1-9k]/;

/** Repeats one thing a fixed number of times: no choice. */
const FIXED = /\{\d+\}/g;

/** At each of these an attempt can go on in more than one way. */
const CHOICE = /[*+?{|]/g;

const HARMLESS = /\(\?:/g;

/**
 * Whether matching a text of some length could take long, for all that its source says. Without intricate parts each
 * choice, and the place to begin, has at most as many ways to go as the text has places.
 */
export function mayBacktrackLong(source: string, length: number): boolean {
  if (INTRICATE.test(source)) {
    return true;
  }
  const choices = source.replace(FIXED, '').replace(HARMLESS, '(').match(CHOICE)?.length ?? 0;
  const places = source.startsWith('^') && !source.includes('|') ? choices : choices + 1;
  return (length + 2) ** places * source.length > FEW_ATTEMPTS * 10;
}
