import type { JsonObject } from '../language/json.ts';
import { validateDefinition } from '../validation/validate-definition.ts';
import { number, optional, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present } from './context.ts';
import { definitionMember, typeMember } from './members.ts';

const validateStateMachineDefinitionShape = {
  definition: definitionMember,
  type: optional(typeMember),
  severity: optional(text({ oneOf: ['ERROR', 'WARNING'] })),
  maxResults: optional(number({ min: 0, max: 100 })),
};

/** How many diagnostics AWS answers with when the caller names no number, or 0. */
const DEFAULT_DIAGNOSTICS = 100;

/** ValidateStateMachineDefinition. Warnings are answered only when they are asked for, and fail nothing. */
export function validateStateMachineDefinition(_context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(validateStateMachineDefinitionShape, body);
  const found = validateDefinition(request.definition, request.type ?? 'STANDARD');
  const wanted = found.filter(({ severity }) => severity === 'ERROR' || request.severity === 'WARNING');
  const limit = request.maxResults || DEFAULT_DIAGNOSTICS;
  return {
    result: found.some(({ severity }) => severity === 'ERROR') ? 'FAIL' : 'OK',
    diagnostics: wanted
      .slice(0, limit)
      .map(({ severity, code, message, location }) => present({ severity, code, message, location })),
    truncated: wanted.length > limit,
  };
}
