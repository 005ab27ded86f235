/**
 * Makes a value at the first call and returns it from then on. A failure is not kept: the next call tries again.
 *
 * Clients are made this way. Loading a module makes none, so that a test can bring its own. All invocations of a process
 * share one.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
