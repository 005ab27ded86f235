import type { StateMachineDefinition } from '../language/definition.ts';

/** The variables each state reads, as DescribeStateMachine lists them: state name to `["$name", ...]`, only states that read any. */
export function variableReferences(_definition: StateMachineDefinition): { readonly [stateName: string]: readonly string[] } {
  throw new Error('signature');
}
