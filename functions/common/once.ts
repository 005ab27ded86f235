/**
 * Makes the value at the first call and answers it from then on. Clients are made this way: not while the module loads,
 * so that a test can bring its own, and once for all invocations of a process. A failure is not kept.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
