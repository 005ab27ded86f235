import type { AuthMode } from '../../common/configuration.ts';
import type { ErrorCode } from '../../common/error-code.ts';
import type { Operation } from './operation.ts';

/** Every code that the call may answer with: its own, and those of the gateway before it. */
export function allErrors({ errors, open }: Operation, authMode: AuthMode): readonly ErrorCode[] {
  const unauthenticated: readonly ErrorCode[] = authMode === 'none' || open === true ? [] : ['UNAUTHENTICATED'];
  return [...new Set<ErrorCode>([...errors, ...unauthenticated, 'OVERLOADED', 'INTERNAL_ERROR'])];
}
