/** Work in steps. At each `yield` the process that does it may die, and what others do may come in between. */
export type Operation<Output> = Generator<void, Output, void> | AsyncGenerator<void, Output, void>;

/** Work that happens all at once, and is answered after that. */
export async function* atOnce<Output>(work: () => Output | Promise<Output>): AsyncGenerator<void, Output, void> {
  const output = await work();
  yield;
  return output;
}

/** Does all of it, with nothing in between. */
export async function whole<Output>(operation: Operation<Output>): Promise<Output> {
  for (;;) {
    const { done, value } = await operation.next();
    if (done === true) {
      return value;
    }
  }
}

/** Does so many steps of it at most, and leaves the rest undone. */
export async function begun<Output>(operation: Operation<Output>, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    const { done } = await operation.next();
    if (done === true) {
      return;
    }
  }
}
