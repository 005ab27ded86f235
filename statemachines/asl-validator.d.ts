/** What we use of asl-validator, which brings no types of its own. */
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
  /** Checks a definition against JSON schemas of the Amazon States Language and a few rules beyond them. */
  export default function validate(definition: unknown, options?: ValidationOptions): ValidationResult;
}
