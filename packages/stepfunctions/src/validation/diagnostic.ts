/** One finding about a state machine definition, as ValidateStateMachineDefinition reports it. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** JSON pointer into the definition, array elements in brackets: `/States/Charge/Catch[0]/Next`. */
  readonly location?: string;
}

/** The kind of a finding. AWS knows all but `UNSUPPORTED_SERVICE_INTEGRATION`. */
export type DiagnosticCode =
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_JSON_DESCRIPTION'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'INVALID_STATE_NAME'
  | 'INVALID_VARIABLE_NAME'
  | 'MISSING_END_STATE'
  | 'MISSING_TRANSITION_TARGET'
  | 'RESERVED_VARIABLE_NAME'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  /** Valid on AWS, but this engine does not run the service. */
  | 'UNSUPPORTED_SERVICE_INTEGRATION'
  | 'NO_DOLLAR'
  | 'PASS_RESULT_IS_STATIC';

/**
 * The message of the InvalidDefinition exception that CreateStateMachine and UpdateStateMachine answer with, or
 * `undefined` when no diagnostic is an error.
 */
export function invalidDefinitionMessage(diagnostics: readonly Diagnostic[]): string | undefined {
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR');
  if (errors.length === 0) {
    return undefined;
  }
  const sentences = errors.map(({ code, message, location }) => `${code}: ${message.trimEnd()} at ${location ?? null}`);
  return `Invalid State Machine Definition: '${sentences.join(', ')}'`;
}

/** Collects the findings of a validation. */
export class Findings {
  readonly #found: Diagnostic[] = [];
  readonly #ignored: readonly DiagnosticCode[];

  constructor(ignored: readonly DiagnosticCode[] = []) {
    this.#ignored = ignored;
  }

  error(code: DiagnosticCode, message: string, location?: string): void {
    if (this.#ignored.includes(code)) {
      return;
    }
    this.#found.push({ severity: 'ERROR', code, message, ...(location !== undefined && { location }) });
  }

  /** Adds an error of the most common kind. */
  schema(message: string, location: string): void {
    this.error('SCHEMA_VALIDATION_FAILED', message, location);
  }

  warning(code: DiagnosticCode, message: string, location: string): void {
    this.#found.push({ severity: 'WARNING', code, message, location });
  }

  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === 'ERROR');
  }

  /** Errors before warnings, each in the order found. */
  get diagnostics(): readonly Diagnostic[] {
    const of = (wanted: Diagnostic['severity']) => this.#found.filter(({ severity }) => severity === wanted);
    return [...of('ERROR'), ...of('WARNING')];
  }
}
