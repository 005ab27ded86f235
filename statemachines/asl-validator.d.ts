/** Types of asl-validator, which has none of its own. */
declare module 'asl-validator' {
  export interface ValidationError {
    readonly 'Error code': string;
    readonly Message?: string;
    readonly path?: string;
  }
  export interface ValidationResult {
    readonly isValid: boolean;
    readonly errors: readonly ValidationError[];
    errorsText(separator?: string): string;
  }
  export interface ValidationOptions {
    readonly checkPaths?: boolean;
    readonly checkArn?: boolean;
  }
  /** Checks a definition against JSON schemas of the Amazon States Language, and some further rules. */
  export default function validate(definition: unknown, options?: ValidationOptions): ValidationResult;
}
