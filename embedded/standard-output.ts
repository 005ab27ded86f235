/**
 * Gives everything that this thread writes to standard output and error to a function instead.
 *
 * @param write must not throw
 */
export function redirectStandardOutput(write: (text: string | Uint8Array) => void): void {
  const redirect = (text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    write(text);
    const done = rest.at(-1);
    if (typeof done === 'function') {
      process.nextTick(() => done());
    }
    return true;
  };
  process.stdout.write = redirect;
  process.stderr.write = redirect;
}

/**
 * Lets this process outlive whoever reads its output: a closed terminal (EIO), a log viewer that has ended (EPIPE), a full
 * disk behind `npm start > file` (ENOSPC). Nobody is left to be told, and the orders matter more than the output.
 */
export function outliveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => undefined);
  }
}
