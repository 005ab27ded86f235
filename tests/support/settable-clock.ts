/**
 * The environment of a stack whose clock can be set: `file` says by how many milliseconds, each time that it is written.
 */
export function settableClock(file: string): Readonly<Record<string, string>> {
  const preloaded = new URL('./settable-clock.mjs', import.meta.url);
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${preloaded}`, CLOCK_OFFSET_FILE: file };
}
