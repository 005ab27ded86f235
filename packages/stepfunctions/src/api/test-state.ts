import { randomBytes, randomUUID } from 'node:crypto';
import { StateFailed } from '../core/state-failed.ts';
import { parseTaskTarget } from '../core/task-target.ts';
import { TaskFailure } from '../integrations/integration.ts';
import type { State } from '../language/definition.ts';
import { parseJson } from '../language/exact-number.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { Inspection } from '../test-state/inspection.ts';
import { runState, type TestResult } from '../test-state/run-state.ts';
import type { Arns } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type ActionCaller, type ApiContext, present } from './context.ts';
import { checkExecutionInput } from './request-checks.ts';
import {
  checkMock,
  givenContext,
  itemReaderData,
  mockableTypes,
  mockOf,
  objectMember,
  type TestStateRequest,
  testedState,
  testStateShape,
} from './test-state-request.ts';

/** The name of a state whose definition is the state alone. */
const NAMELESS = 'StateName';

/** TestState: runs one state on its own, with a mock or, for a Task, with a real call. A Wait does not wait. */
export async function testState(
  { arns, callTask, forwarded }: ApiContext,
  body: JsonObject,
  caller: ActionCaller,
): Promise<JsonObject> {
  const request = readRequest(testStateShape, body);
  const state = testedState(request, forwarded);
  checkMock(request, state);
  const readItems = itemReaderData(request, state);
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
    input: parseJson(input),
    context: contextOf(request, state, at, arns),
    variables: objectMember(request.variables, 'variables'),
    at,
    entropy: randomBytes(32).toString('hex'),
    ...(mock && { mock }),
    configuration: present({ retrierRetryCount, mapIterationFailureCount, readItems }),
    inspection,
    callTask: (resource, parameters) => failing(callTask(parseTaskTarget(resource), parameters, caller.gone())),
  });
  const inspected = (request.inspectionLevel ?? 'INFO') !== 'INFO';
  return present({ ...answerOf(result), inspectionData: inspected ? inspection.data : undefined });
}

/** Makes a task's failure the state's failure. */
async function failing(call: Promise<Json>): Promise<Json> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TaskFailure) {
      throw new StateFailed({ error: error.error, cause: error.causeText });
    }
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

function contextOf(request: TestStateRequest, state: State, at: number, arns: Arns): JsonObject {
  const given = givenContext(request, state);
  if (given !== undefined) {
    return given;
  }
  const [machine, execution] = [randomUUID(), randomUUID()];
  const time = new Date(at).toISOString();
  const retrying = mockableTypes.has(state.Type);
  return {
    Execution: {
      Id: arns.express(machine, execution, '').replace(/:$/, ''),
      Input: parseJson(request.input ?? '{}'),
      Name: execution,
      RoleArn: request.roleArn ?? null,
      StartTime: time,
    },
    StateMachine: { Id: arns.stateMachine(machine), Name: machine },
    State: {
      // Also for a state that the request names.
      Name: NAMELESS,
      EnteredTime: time,
      ...(retrying && { RetryCount: request.stateConfiguration?.retrierRetryCount ?? 0 }),
    },
  };
}
