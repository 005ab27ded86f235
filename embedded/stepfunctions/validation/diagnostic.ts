/** One finding about a state machine definition, as ValidateStateMachineDefinition reports it. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  /** A constant for programs: `SCHEMA_VALIDATION_FAILED`, `MISSING_TRANSITION_TARGET`, ... */
  readonly code: string;
  readonly message: string;
  /** JSON pointer into the definition: `/States/Charge/Next`. */
  readonly location?: string;
}

/**
 * The message of the InvalidDefinition exception that CreateStateMachine and UpdateStateMachine answer with, or
 * `undefined` when no diagnostic is an error.
 */
export function invalidDefinitionMessage(diagnostics: readonly Diagnostic[]): string | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR');
  if (errors.length === 0) return undefined;
  const sentences = errors.map(({ code, message, location }) =>
    location === undefined ? `${code}: ${message}` : `${code}: ${message} at ${location}`,
  );
  return `Invalid State Machine Definition: '${sentences.join(', ')}'`;
}
