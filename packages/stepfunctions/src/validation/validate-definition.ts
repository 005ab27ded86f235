import { parseDefinition, type StateMachineType } from '../language/definition.ts';
import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import { jsonFlaw } from '../language/json-complaint.ts';
import { checkContainer, checkState, machineFields } from './container-check.ts';
import { type Diagnostic, Findings } from './diagnostic.ts';
import { checkTransitions } from './transition-check.ts';

/** The services that a definition may call beside those that the engine runs by itself. */
export interface CallableServices {
  /** Services that have an endpoint, by `serviceKey`. */
  readonly forwarded: ReadonlySet<string>;
  /** Whether tasks may call any other service too. */
  readonly any?: boolean;
}

const OWN_ONLY: CallableServices = { forwarded: new Set() };

/**
 * All findings about a definition, errors before warnings. A definition without errors can be created and runs on this
 * engine.
 */
export function validateDefinition(
  definition: string,
  type: StateMachineType,
  { forwarded, any = false }: CallableServices = OWN_ONLY,
): readonly Diagnostic[] {
  const findings = findingsOf(any);
  const machine = readJson(definition, findings);
  if (machine === undefined) {
    return findings.diagnostics;
  }
  // Any value but JSONPath counts as JSONata, also one that is refused.
  const { QueryLanguage = 'JSONPath' } = machine;
  const language = QueryLanguage === 'JSONPath' ? 'JSONPath' : 'JSONata';
  checkContainer({ value: machine, location: '/', language, machineType: type, findings, forwarded }, machineFields);
  if (!findings.hasErrors) {
    checkTransitions(parseDefinition(definition), findings);
  }
  return findings.diagnostics;
}

function findingsOf(anyService: boolean): Findings {
  return new Findings(anyService ? ['UNSUPPORTED_SERVICE_INTEGRATION'] : []);
}

const NO_OBJECT = 'Definition must be a valid JSON object';

/** Parses a text as a JSON object of limited depth, or reports why it cannot. */
function readJson(text: string, findings: Findings): JsonObject | undefined {
  if (text.trim() === '') {
    findings.error('SCHEMA_VALIDATION_FAILED', NO_OBJECT);
    return undefined;
  }
  const flaw = jsonFlaw(text);
  if (flaw !== undefined) {
    findings.error('INVALID_JSON_DESCRIPTION', `${flaw.message}\n at ${flaw.place}`, flaw.place);
    return undefined;
  }
  const value = JSON.parse(text) as Json;
  if (!isJsonObject(value)) {
    findings.error('SCHEMA_VALIDATION_FAILED', NO_OBJECT);
    return undefined;
  }
  return value;
}

/** The findings about a single state, as TestState takes it. Transitions are not checked. */
export function validateState(
  definition: string,
  { forwarded, any = false }: CallableServices = OWN_ONLY,
): readonly Diagnostic[] {
  const findings = findingsOf(any);
  const value = readJson(definition, findings);
  if (value !== undefined) {
    checkState({ value, location: '/', language: 'JSONPath', machineType: 'STANDARD', findings, forwarded });
  }
  return findings.diagnostics;
}
