import { parseTaskTarget } from '../core/task-target.ts';
import { parseDefinition, parseState, type State } from '../language/definition.ts';
import { parseJson } from '../language/exact-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import { jsonComplaint } from '../language/json-complaint.ts';
import { contextFault } from '../test-state/given-context.ts';
import { mockFault } from '../test-state/mock-validation.ts';
import { findState, type Mock } from '../test-state/tested-state.ts';
import { type Diagnostic, invalidDefinitionMessage } from '../validation/diagnostic.ts';
import { type CallableServices, validateDefinition, validateState } from '../validation/validate-definition.ts';
import { ApiError } from '../wire/api-error.ts';
import { flag, number, optional, type Read, structure, text } from '../wire/request-shape.ts';
import { present } from './context.ts';
import { arnMember, causeMember, definitionMember, errorMember, payloadMember } from './members.ts';

/** The members of a TestState request. */
export const testStateShape = {
  definition: definitionMember,
  roleArn: optional(arnMember),
  input: optional(payloadMember),
  inspectionLevel: optional(text({ oneOf: ['INFO', 'DEBUG', 'TRACE'] })),
  revealSecrets: optional(flag()),
  variables: optional(payloadMember),
  stateName: optional(text({ min: 1, max: 80 })),
  mock: optional(
    structure({
      result: optional(payloadMember),
      errorOutput: optional(structure({ error: optional(errorMember), cause: optional(causeMember) })),
      fieldValidationMode: optional(text({ oneOf: ['STRICT', 'PRESENT', 'NONE'] })),
    }),
  ),
  context: optional(payloadMember),
  stateConfiguration: optional(
    structure({
      retrierRetryCount: optional(number({ min: 0 })),
      errorCausedByState: optional(text({ min: 1, max: 80 })),
      mapIterationFailureCount: optional(number({ min: 0 })),
      mapItemReaderData: optional(payloadMember),
    }),
  ),
};

/** A TestState request as it was read. */
export type TestStateRequest = Read<typeof testStateShape>;

/** Types of states that can be mocked. */
export const mockableTypes: ReadonlySet<string> = new Set(['Task', 'Map', 'Parallel']);

/**
 * The state under test: the definition itself, or a named state of a state machine.
 *
 * @throws {ApiError} InvalidDefinition, ValidationException
 */
export function testedState(
  { definition, stateName, mock }: TestStateRequest,
  forwarded: CallableServices['forwarded'],
): State {
  // A mock may stand for a service that the engine does not integrate.
  const services = { forwarded, any: mock !== undefined };
  if (stateName === undefined) {
    refuseInvalid(validateState(definition, services));
    return parseState(definition);
  }
  refuseInvalid(validateDefinition(definition, 'STANDARD', services));
  const found = findState(parseDefinition(definition), stateName);
  if (found === undefined) {
    throw invalid('State not found in definition');
  }
  return found;
}

function refuseInvalid(diagnostics: readonly Diagnostic[]): void {
  const message = invalidDefinitionMessage(diagnostics);
  if (message !== undefined) {
    throw new ApiError('InvalidDefinition', message);
  }
}

/**
 * Checks that the mock fits the state.
 *
 * @throws {ApiError} ValidationException
 */
export function checkMock({ mock, revealSecrets, roleArn, context }: TestStateRequest, state: State): void {
  if (mock === undefined) {
    if (context !== undefined) {
      throw invalid('A context can only be specified when a mock is specified.');
    }
    if (state.Type === 'Map' || state.Type === 'Parallel') {
      throw new ApiError(
        'InvalidDefinition',
        'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      );
    }
    if (state.Type === 'Task' && needsMock(state.Resource)) {
      throw invalid(`A mock must be specified when testing a Task (${state.Resource}) state`);
    }
    if (state.Type === 'Task' && roleArn === undefined) {
      throw invalid('RoleArn must be specified when testing a Task state');
    }
    return;
  }
  if (!mockableTypes.has(state.Type)) {
    throw invalid(`State type '${state.Type}' is not supported when a mock is specified`);
  }
  const given = [mock.result, mock.errorOutput].filter((part) => part !== undefined);
  if (given.length !== 1) {
    throw invalid('A test mock should have only one of the following fields: [result, errorOutput].');
  }
  if (revealSecrets === true) {
    throw invalid('TestState does not support RevealSecrets when a mock is specified.');
  }
}

/** Task tokens, jobs and activities get no answer during a test. */
function needsMock(resource: string): boolean {
  const target = parseTaskTarget(resource);
  return target.kind === 'ACTIVITY' || (target.kind === 'INTEGRATION' && target.pattern !== 'REQUEST_RESPONSE');
}

/**
 * The items that the request gives in place of those that a Map's ItemReader would read.
 *
 * @throws {ApiError} ValidationException
 */
export function itemReaderData({ stateConfiguration }: TestStateRequest, state: State): readonly Json[] | undefined {
  const text = stateConfiguration?.mapItemReaderData;
  if (text === undefined) {
    return undefined;
  }
  if (state.Type !== 'Map' || state.ItemReader === undefined) {
    throw invalid('stateConfiguration.mapItemReaderData needs a Map state with an ItemReader.');
  }
  const data = jsonComplaint(text) === undefined ? parseJson(text) : undefined;
  if (!Array.isArray(data)) {
    throw invalid('stateConfiguration.mapItemReaderData must be a JSON array.');
  }
  return data as readonly Json[];
}

/**
 * The mock that the request describes.
 *
 * @throws {ApiError} ValidationException
 */
export function mockOf({ mock }: TestStateRequest, state: State): Mock | undefined {
  if (mock === undefined) {
    return undefined;
  }
  if (mock.errorOutput !== undefined) {
    const { error, cause } = mock.errorOutput;
    return { kind: 'ERROR', failure: present({ error, cause }) };
  }
  const text = mock.result ?? '';
  if (jsonComplaint(text) !== undefined) {
    throw invalid('Mocked result must be valid JSON');
  }
  const result = parseJson(text);
  const writes = state.Type === 'Map' && state.ResultWriter !== undefined;
  if (writes && !isJsonObject(result)) {
    throw invalid('Mocked result must be a JSON object.');
  }
  if (state.Type !== 'Task' && !writes && !Array.isArray(result)) {
    throw invalid('Mocked result must be an array.');
  }
  if (state.Type === 'Parallel' && (result as readonly Json[]).length !== state.Branches.length) {
    throw invalid('Mocked result must contain the same number of items as number of Parallel branches.');
  }
  const mode = mock.fieldValidationMode ?? 'STRICT';
  const fault = state.Type === 'Task' ? mockFault(state.Resource, result, mode) : undefined;
  if (fault !== undefined) {
    throw invalid(fault);
  }
  return { kind: 'RESULT', result };
}

/**
 * The context object that the request gives; `undefined` when it gives none.
 *
 * @throws {ApiError} ValidationException
 */
export function givenContext({ context }: TestStateRequest, state: State): JsonObject | undefined {
  if (context === undefined) {
    return undefined;
  }
  const given = objectMember(context, 'context');
  const fault = contextFault(given, state);
  if (fault !== undefined) {
    throw invalid(`Invalid Context object provided: ${fault}`);
  }
  return given;
}

/**
 * Parses a member that is a JSON object as text; `{}` when it is absent.
 *
 * @throws {ApiError} ValidationException
 */
export function objectMember(json: string | undefined, member: string): JsonObject {
  const value = json === undefined ? {} : jsonOf(json, member);
  if (isJsonObject(value)) {
    return value;
  }
  throw invalid(`${member} must be a JSON object`);
}

function jsonOf(json: string, member: string): Json {
  const complaint = json === '' ? 'Unexpected end-of-input' : jsonComplaint(json);
  if (complaint !== undefined) {
    throw invalid(`${member} is not valid JSON: ${complaint}`);
  }
  return parseJson(json);
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}
