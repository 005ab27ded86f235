import type { Json, JsonObject } from '../language/json.ts';
import type { Handler } from '../testing/lambda-stub.ts';

/** How often each function was called with which input; task tokens, which are never the same, left out. */
export type Invocations = ReadonlyMap<string, number>;

/** The same functions, their calls counted in `counts`. */
export function counted(
  functions: { readonly [name: string]: Handler },
  counts: Map<string, number>,
): { readonly [name: string]: Handler } {
  return Object.fromEntries(
    Object.entries(functions).map(([name, handler]) => [
      name,
      (event: Json) => {
        const { token: _, ...input } = event as JsonObject;
        const call = `${name} ${JSON.stringify(input)}`;
        counts.set(call, (counts.get(call) ?? 0) + 1);
        return handler(event);
      },
    ]),
  );
}

/**
 * What is wrong with the calls of a run with kills beside those of one without: a call that was not made, one made more
 * often than kills can explain, or more calls in all than were under way when the server was killed.
 *
 * @param underWay calls that can be under way, or answered and not written down, at a kill
 */
export function invocationFlaws(
  undisturbed: Invocations,
  crashed: Invocations,
  { kills, underWay }: { readonly kills: number; readonly underWay: number },
): readonly string[] {
  const flaws: string[] = [];
  let again = 0;
  for (const call of new Set([...undisturbed.keys(), ...crashed.keys()])) {
    const [once, actual] = [undisturbed.get(call) ?? 0, crashed.get(call) ?? 0];
    const most = once * (1 + kills);
    if (actual < once || actual > most) {
      flaws.push(`${call}: called ${actual} times, should be ${once} to ${most}`);
    }
    again += actual - once;
  }
  if (again > kills * underWay) {
    flaws.push(`${again} calls were made again, ${kills} kills explain ${kills * underWay}`);
  }
  return flaws;
}
