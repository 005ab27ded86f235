import { invalidName } from '../wire/api-error-texts.ts';

/** Blanks, brackets, wildcards, other special characters and control characters; AWS allows the rest of Unicode. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/u;

/**
 * Checks the name of a state machine, an execution or an activity.
 *
 * @throws {ApiError} InvalidName
 */
export function checkName(name: string): void {
  if (name.length === 0 || name.length > 80 || FORBIDDEN.test(name)) {
    throw invalidName(name);
  }
}
