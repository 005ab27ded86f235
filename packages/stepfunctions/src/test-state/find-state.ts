import type { State, StateGraph } from '../language/definition.ts';

/** A state by its name, anywhere in a machine. */
export function findState(graph: StateGraph, name: string): State | undefined {
  const here = Object.hasOwn(graph.States, name) ? graph.States[name] : undefined;
  if (here !== undefined) {
    return here;
  }
  for (const state of Object.values(graph.States)) {
    const inner = state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : [];
    for (const container of inner) {
      const found = findState(container, name);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}
