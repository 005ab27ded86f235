/** What a command prints: tables for people, data for programs. */
export interface Output {
  readonly text: string;
  readonly data: unknown;
  /** True where the API has done nothing of what was asked for. */
  readonly isRefused?: boolean;
}

/** Thrown for arguments that are not as the usage says. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The only name. @throws UsageError */
export function only(names: readonly string[], what: string): string {
  const [name] = names;
  if (name === undefined) {
    throw new UsageError(`${what} is missing`);
  }
  noMore(names, 1);
  return name;
}

/** @throws UsageError where there are more names than these */
export function noMore(names: readonly string[], count: number): void {
  if (names.length > count) {
    throw new UsageError(`${JSON.stringify(names[count])} is one argument too many`);
  }
}

/** The value of an option that must be there. @throws UsageError */
export function needed(value: string | undefined, what: string): string {
  if (value === undefined || value === '') {
    throw new UsageError(`${what} is missing`);
  }
  return value;
}

/** @throws UsageError */
export function wholeNumber(text: string, what: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UsageError(`${what} must be a whole number`);
  }
  return Number(text);
}
