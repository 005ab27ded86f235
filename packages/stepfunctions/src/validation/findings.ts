import type { Diagnostic, DiagnosticCode } from './diagnostic.ts';

/** Collects what a validation finds. */
export class Findings {
  readonly #found: Diagnostic[] = [];

  error(code: DiagnosticCode, message: string, location?: string): void {
    this.#found.push({ severity: 'ERROR', code, message, ...(location !== undefined && { location }) });
  }

  /** An error of the commonest kind. */
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
