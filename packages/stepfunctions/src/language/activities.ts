import type { State, StateGraph, StateMachineDefinition } from './definition.ts';

const ACTIVITY = /^arn:[^:]+:states:[^:]+:[^:]+:activity:/;
const known = new WeakMap<StateMachineDefinition, readonly string[]>();

/** The ARNs of the activities that a definition's tasks wait for, nested states included. */
export function activitiesOf(definition: StateMachineDefinition): readonly string[] {
  let arns = known.get(definition);
  if (arns === undefined) {
    arns = [...new Set(activitiesIn(definition))];
    known.set(definition, arns);
  }
  return arns;
}

function activitiesIn(graph: StateGraph): string[] {
  return Object.values(graph.States).flatMap((state: State) => {
    switch (state.Type) {
      case 'Task':
        return ACTIVITY.test(state.Resource) ? [state.Resource] : [];
      case 'Parallel':
        return state.Branches.flatMap(activitiesIn);
      case 'Map':
        return activitiesIn(state.ItemProcessor);
      default:
        return [];
    }
  });
}
