import type { State, StateGraph, StateMachineDefinition, TaskState } from './definition.ts';
import { readFunctionName } from './function-name.ts';
import { isJsonObject, type Json } from './json.ts';

const ACTIVITY = /^arn:[^:]+:states:[^:]+:[^:]+:activity:/;
const FUNCTION = /^arn:[^:]+:lambda:[^:]+:[^:]+:function:(?<name>[^:]+)/;
const known = new WeakMap<StateMachineDefinition, readonly string[]>();

/** The ARNs of the activities that a definition's tasks wait for, nested states included. */
export function activitiesOf(definition: StateMachineDefinition): readonly string[] {
  let arns = known.get(definition);
  if (arns === undefined) {
    const resources = tasksIn(definition).map(({ Resource }) => Resource);
    arns = [...new Set(resources.filter((resource) => ACTIVITY.test(resource)))];
    known.set(definition, arns);
  }
  return arns;
}

/** The names of the Lambda functions that a definition's tasks name, not those that come from an input. */
export function functionsOf(definition: StateMachineDefinition): readonly string[] {
  const names = tasksIn(definition).flatMap(({ Resource, Parameters, Arguments }) => {
    const byArn = FUNCTION.exec(Resource)?.groups?.name;
    return byArn === undefined ? nameIn(Resource, Parameters ?? Arguments ?? null) : [byArn];
  });
  return [...new Set(names)];
}

function nameIn(resource: string, parameters: Json): readonly string[] {
  const text = resource.includes(':lambda:invoke') && isJsonObject(parameters) ? parameters.FunctionName : undefined;
  if (typeof text !== 'string' || text.startsWith('{%')) {
    return [];
  }
  return [readFunctionName(text).name];
}

function tasksIn(graph: StateGraph): readonly TaskState[] {
  return Object.values(graph.States).flatMap((state: State) => {
    switch (state.Type) {
      case 'Task':
        return [state];
      case 'Parallel':
        return state.Branches.flatMap(tasksIn);
      case 'Map':
        return tasksIn(state.ItemProcessor);
      default:
        return [];
    }
  });
}
