import type { Json, JsonObject } from '../language/json.ts';
import type { Handler } from '../testing/lambda-stub.ts';

/** The number of calls by function and input. Task tokens are left out, because each is different. */
export type Invocations = ReadonlyMap<string, number>;

/** Wraps functions so that their calls are counted in `counts`. */
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
 * The flaws in the calls of a run with kills, compared with a run without kills. A flaw is a missing call, or a call made more
 * often than the kills explain. More repeated calls than were under way at the kills are a flaw too.
 *
 * @param underWay calls that can be under way, or answered but not committed, at a kill
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
