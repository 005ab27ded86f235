import type { Diagnostic } from './diagnostic.ts';

/** The two kinds of state machine; an EXPRESS one cannot wait for callbacks, jobs or activities. */
export type StateMachineType = 'STANDARD' | 'EXPRESS';

/** Every finding about a definition, errors before warnings; none means that it can be created and runs here. */
export function validateDefinition(_definition: string, _type: StateMachineType): readonly Diagnostic[] {
  throw new Error('signature');
}
