import type { State, StateGraph } from '../language/definition.ts';
import type { Draft } from './draft.ts';

/** The part of the definition that a frame runs: the machine's states, a branch's or an item processor's. */
export function graphOf(draft: Draft, frameId: string): StateGraph {
  const frame = draft.frame(frameId);
  if (frame.parentId === undefined) {
    return draft.definition;
  }
  const holder = stateOf(draft, frame.parentId);
  const graph =
    holder.Type === 'Parallel'
      ? holder.Branches[frame.index]
      : holder.Type === 'Map'
        ? holder.ItemProcessor
        : undefined;
  if (graph === undefined) {
    throw new Error(`Frame ${frameId} belongs to a state without branches or iterations`);
  }
  return graph;
}

/** The state that a frame is in. */
export function stateOf(draft: Draft, frameId: string): State {
  const { run } = draft.frame(frameId);
  if (run === undefined) {
    throw new Error(`Frame ${frameId} is in no state`);
  }
  return stateNamed(draft, frameId, run.name);
}

/** A state of the graph that a frame runs. */
export function stateNamed(draft: Draft, frameId: string, name: string): State {
  const state = graphOf(draft, frameId).States[name];
  if (state === undefined) {
    throw new Error(`The definition has no state '${name}' where frame ${frameId} runs`);
  }
  return state;
}
