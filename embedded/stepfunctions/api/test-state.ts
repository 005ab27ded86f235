import { randomBytes, randomUUID } from 'node:crypto';
import { StateFailed } from '../core/state-failed.ts';
import { parseTaskTarget } from '../core/task-target.ts';
import { TaskFailure } from '../integrations/task-failure.ts';
import { parseDefinition, parseState, type State } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { jsonComplaint } from '../language/json-complaint.ts';
import { isJsonObject } from '../language/json-object.ts';
import { findState } from '../test-state/find-state.ts';
import { Inspection } from '../test-state/inspection.ts';
import { mockFault } from '../test-state/mock-validation.ts';
import { runState, type TestResult } from '../test-state/run-state.ts';
import type { Mock } from '../test-state/tested-state.ts';
import { type Diagnostic, invalidDefinitionMessage } from '../validation/diagnostic.ts';
import { validateDefinition, validateState } from '../validation/validate-definition.ts';
import { ApiError } from '../wire/api-error.ts';
import type { Arns } from '../wire/arn.ts';
import { flag, number, optional, type Read, readRequest, structure, text } from '../wire/request-shape.ts';
import { type Action, present } from './context.ts';
import { checkExecutionInput } from './execution-input.ts';
import { arnMember, causeMember, definitionMember, errorMember, payloadMember } from './members.ts';

const shape = {
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

type Request = Read<typeof shape>;

/** The name a state goes by when the definition is the state alone. */
const NAMELESS = 'StateName';

/** States whose work a mock can stand for. */
const MOCKABLE: ReadonlySet<string> = new Set(['Task', 'Map', 'Parallel']);

/** TestState: runs one state by itself, on a mock or, for a Task, against the real thing. A Wait does not wait. */
export const testState: Action = async ({ arns, callTask }, body, caller) => {
  const request = readRequest(shape, body);
  const state = stateOf(request);
  checkMock(request, state);
  const input = request.input ?? '{}';
  checkExecutionInput(input);
  const at = Date.now();
  const mock = mockOf(request, state);
  const inspection = new Inspection();
  const { retrierRetryCount, mapIterationFailureCount } = request.stateConfiguration ?? {};
  const stateName = request.stateName ?? NAMELESS;
  const result = await runState({
    state,
    stateName,
    input: JSON.parse(input) as Json,
    context: contextOf(request, state, stateName, at, arns),
    variables: objectOf(request.variables, 'variables'),
    at,
    entropy: randomBytes(32).toString('hex'),
    ...(mock !== undefined && { mock }),
    configuration: {
      ...(retrierRetryCount !== undefined && { retrierRetryCount }),
      ...(mapIterationFailureCount !== undefined && { mapIterationFailureCount }),
    },
    inspection,
    callTask: (resource, parameters) => failing(callTask(parseTaskTarget(resource), parameters, caller.gone())),
  });
  const inspected = (request.inspectionLevel ?? 'INFO') !== 'INFO';
  return present({ ...answerOf(result), inspectionData: inspected ? inspection.data : undefined });
};

/** A task's failure is the state's. */
async function failing(call: Promise<Json>): Promise<Json> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TaskFailure) throw new StateFailed({ error: error.error, cause: error.causeText });
    throw error;
  }
}

function answerOf(result: TestResult): JsonObject {
  const { error, cause } = 'failure' in result ? result.failure : {};
  return present({
    status: result.status,
    output: 'output' in result ? JSON.stringify(result.output) : undefined,
    nextState: 'next' in result ? result.next : undefined,
    error,
    cause,
  });
}

function stateOf({ definition, stateName, mock }: Request): State {
  if (stateName === undefined) {
    refuseInvalid(validateState(definition), mock !== undefined);
    return parseState(definition);
  }
  refuseInvalid(validateDefinition(definition, 'STANDARD'), mock !== undefined);
  const found = findState(parseDefinition(definition), stateName);
  if (found === undefined) throw invalid('State not found in definition');
  return found;
}

/** A service that the engine does not run may still be mocked. */
function refuseInvalid(diagnostics: readonly Diagnostic[], mocked: boolean): void {
  const counted = mocked ? diagnostics.filter(({ code }) => code !== 'UNSUPPORTED_SERVICE_INTEGRATION') : diagnostics;
  const message = invalidDefinitionMessage(counted);
  if (message !== undefined) throw new ApiError('InvalidDefinition', message);
}

function checkMock({ mock, revealSecrets, roleArn, context }: Request, state: State): void {
  if (mock === undefined) {
    if (context !== undefined) throw invalid('A context can only be specified when a mock is specified.');
    if (state.Type === 'Map' || state.Type === 'Parallel' || needsMock(state)) {
      throw invalid(`A mock must be specified when testing a ${nameOf(state)} state`);
    }
    if (state.Type === 'Task' && roleArn === undefined)
      throw invalid('RoleArn must be specified when testing a Task state');
    return;
  }
  if (!MOCKABLE.has(state.Type)) throw invalid(`State type '${state.Type}' is not supported when a mock is specified`);
  const given = [mock.result, mock.errorOutput].filter((part) => part !== undefined);
  if (given.length !== 1)
    throw invalid('A test mock should have only one of the following fields: [result, errorOutput].');
  if (revealSecrets === true) throw invalid('TestState does not support RevealSecrets when a mock is specified.');
}

/** Nobody answers a token, a job or an activity during a test. */
function needsMock(state: State): boolean {
  if (state.Type !== 'Task') return false;
  const target = parseTaskTarget(state.Resource);
  return target.kind === 'ACTIVITY' || (target.kind === 'INTEGRATION' && target.pattern !== 'REQUEST_RESPONSE');
}

function nameOf(state: State): string {
  return state.Type === 'Task' ? `Task (${state.Resource})` : state.Type;
}

function mockOf({ mock }: Request, state: State): Mock | undefined {
  if (mock === undefined) return undefined;
  if (mock.errorOutput !== undefined) {
    const { error, cause } = mock.errorOutput;
    return { kind: 'ERROR', failure: { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) } };
  }
  const result = jsonOf(mock.result ?? '', 'mock.result');
  const writes = state.Type === 'Map' && state.ResultWriter !== undefined;
  if (state.Type !== 'Task' && !writes && !Array.isArray(result)) throw invalid('Mocked result must be an array.');
  const mode = mock.fieldValidationMode ?? 'STRICT';
  const fault = state.Type === 'Task' ? mockFault(state.Resource, result, mode) : undefined;
  if (fault !== undefined) throw invalid(fault);
  return { kind: 'RESULT', result };
}

function contextOf(request: Request, state: State, stateName: string, at: number, arns: Arns): JsonObject {
  if (request.context !== undefined) return objectOf(request.context, 'context');
  const [machine, execution] = [randomUUID(), randomUUID()];
  const time = new Date(at).toISOString();
  const retrying = MOCKABLE.has(state.Type);
  return {
    Execution: {
      Id: arns.express(machine, execution, '').replace(/:$/, ''),
      Input: JSON.parse(request.input ?? '{}') as Json,
      Name: execution,
      ...(request.roleArn !== undefined && { RoleArn: request.roleArn }),
      StartTime: time,
    },
    StateMachine: { Id: arns.stateMachine(machine), Name: machine },
    State: {
      Name: stateName,
      EnteredTime: time,
      ...(retrying && { RetryCount: request.stateConfiguration?.retrierRetryCount ?? 0 }),
    },
  };
}

function objectOf(json: string | undefined, member: string): JsonObject {
  const value = json === undefined ? {} : jsonOf(json, member);
  if (isJsonObject(value)) return value;
  throw invalid(`${member} must be a JSON object`);
}

function jsonOf(json: string, member: string): Json {
  const complaint = json === '' ? 'Unexpected end-of-input' : jsonComplaint(json);
  if (complaint !== undefined) throw invalid(`${member} is not valid JSON: ${complaint}`);
  return JSON.parse(json) as Json;
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message);
}
