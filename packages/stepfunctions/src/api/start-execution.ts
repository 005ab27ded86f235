import { randomUUID } from 'node:crypto';
import type { ExecutionParameters } from '../core/execution.ts';
import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { JsonObject } from '../language/json.ts';
import {
  executionAlreadyExists,
  stateMachineDeleting,
  stateMachineTypeNotSupported,
  throttled,
  validationFailed,
} from '../wire/api-error.ts';
import { optional, readRequest } from '../wire/request-shape.ts';
import { type ActionCaller, type ApiContext, present, seconds } from './context.ts';
import { arnMember, nameMember, payloadMember, traceHeaderMember } from './members.ts';
import { checkExecutionInput, checkName } from './request-checks.ts';
import { type Resolved, resolve } from './state-machine-lookup.ts';

const startExecutionShape = {
  stateMachineArn: arnMember,
  name: optional(nameMember),
  input: optional(payloadMember),
  traceHeader: optional(traceHeaderMember),
};

/**
 * StartExecution. Idempotent by name and input while the execution runs. An overloaded engine refuses it with a
 * ThrottlingException, except for a task's call, whose work was accepted before.
 */
export async function startExecution(context: ApiContext, body: JsonObject, caller: ActionCaller): Promise<JsonObject> {
  const request = readRequest(startExecutionShape, body);
  const name = request.name ?? randomUUID();
  checkName(name);
  const { target, mocking } = resolveStarted(context, request.stateMachineArn);
  if (target.machine.status === 'DELETING') {
    throw stateMachineDeleting(target.machine.arn);
  }
  const input = request.input ?? '{}';
  checkExecutionInput(input);
  if (!caller.isTask) {
    if (context.isOverloaded()) {
      throw throttled();
    }
    context.noteStart();
  }
  if (target.machine.type === 'EXPRESS') {
    return startExpress(context, target, { name, input, mocking }, caller);
  }
  return startStandard(context, target, { name, input, mocking, traceHeader: request.traceHeader }, caller);
}

/** The test case of the mock file that answers an execution's tasks. */
export type Mocking = Pick<ExecutionParameters, 'testCase' | 'mockedStates'>;

/**
 * What an execution is started from. A test case of the mock file may follow the ARN behind `#`.
 *
 * @throws {ApiError} InvalidArn, StateMachineDoesNotExist, ValidationException: there is no such test case
 */
export function resolveStarted(context: ApiContext, arn: string): { target: Resolved; mocking: Mocking } {
  const { mocks } = context;
  const hash = arn.indexOf('#');
  if (mocks === undefined || hash < 0) {
    return { target: resolve(context, arn), mocking: {} };
  }
  const target = resolve(context, arn.slice(0, hash));
  const testCase = arn.slice(hash + 1);
  const mockedStates = mocks.mockedStates(target.machine.name, testCase);
  if (mockedStates === undefined) {
    const { name } = target.machine;
    throw validationFailed(`The mock configuration has no test case '${testCase}' for the state machine '${name}'.`);
  }
  return { target, mocking: { testCase, mockedStates } };
}

/** The parameters with which the core starts an execution. */
export function parametersOf(
  target: Resolved,
  arn: string,
  name: string,
  input: string,
  mocking: Mocking,
): ExecutionParameters {
  return {
    ...mocking,
    arn,
    name,
    stateMachineArn: target.machine.arn,
    stateMachineName: target.machine.name,
    ...present({ versionArn: target.versionArn, aliasArn: target.alias?.arn }),
    type: target.machine.type,
    roleArn: target.revision.roleArn,
    input,
  };
}

function startExpress(
  context: ApiContext,
  target: Resolved,
  { name, input, mocking }: { name: string; input: string; mocking: Mocking },
  caller: ActionCaller,
): JsonObject {
  if (caller.parent?.waits) {
    throw stateMachineTypeNotSupported('The end of an express execution cannot be waited for with .sync');
  }
  if (context.express.isFull) {
    throw throttled();
  }
  const arn = context.arns.express(target.machine.name, name, randomUUID());
  const definition = context.definitions.of(target.revision);
  // No caller waits for the end; a failure is logged.
  context.express.run(parametersOf(target, arn, name, input, mocking), definition).catch(() => undefined);
  return { executionArn: arn, startDate: seconds(Date.now()) };
}

async function startStandard(
  context: ApiContext,
  target: Resolved,
  start: { name: string; input: string; mocking: Mocking; traceHeader: string | undefined },
  caller: ActionCaller,
): Promise<JsonObject> {
  const { journal, arns, executions } = context;
  const arn = arns.execution(target.machine.name, start.name);
  for (let other = executions.starting(arn); other; other = executions.starting(arn)) {
    await other;
  }
  // Nothing is awaited from here to the start, so that of two concurrent calls the second finds the first.
  const existing = journal.executions.find(arn);
  if (existing) {
    if (!isSameStart(existing, start.input, caller)) {
      throw executionAlreadyExists(arn);
    }
    return { executionArn: arn, startDate: seconds(existing.startedAt) };
  }
  const execution = await executions.start(parametersOf(target, arn, start.name, start.input, start.mocking), {
    stateMachine: target.machine.id,
    revision: target.revision.id,
    ...present({ traceHeader: start.traceHeader, parent: caller.parent }),
  });
  return { executionArn: arn, startDate: seconds(execution.startedAt) };
}

/** Whether the call repeats an earlier start. A task that runs again after a crash finds its execution in any status. */
function isSameStart(existing: ExecutionRecord, input: string, caller: ActionCaller): boolean {
  if (caller.parent) {
    const { parent } = existing;
    if (parent?.execution === caller.parent.execution && parent.taskId === caller.parent.taskId) {
      return true;
    }
  }
  return existing.status === 'RUNNING' && existing.input === input;
}
