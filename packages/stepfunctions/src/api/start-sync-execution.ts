import { randomUUID } from 'node:crypto';
import type { Execution } from '../core/execution.ts';
import type { JsonObject } from '../language/json.ts';
import { stateMachineDeleting, stateMachineTypeNotSupported, throttled } from '../wire/api-error.ts';
import { optional, readRequest } from '../wire/request-shape.ts';
import { type ActionCaller, type ApiContext, present, seconds } from './context.ts';
import { arnMember, includedDataMember, nameMember, payloadMember, traceHeaderMember } from './members.ts';
import { checkExecutionInput, checkName } from './request-checks.ts';
import { parametersOf, resolveStarted } from './start-execution.ts';

const startSyncExecutionShape = {
  stateMachineArn: arnMember,
  name: optional(nameMember),
  input: optional(payloadMember),
  traceHeader: optional(traceHeaderMember),
  includedData: includedDataMember,
};

/** AWS bills in steps of 100 ms and of 64 MB. */
const BILLED_STEP_MS = 100;
const BILLED_MEMORY_MB = 64;

/** StartSyncExecution: runs an express execution and answers with its end. */
export async function startSyncExecution(
  context: ApiContext,
  body: JsonObject,
  caller: ActionCaller,
): Promise<JsonObject> {
  const request = readRequest(startSyncExecutionShape, body);
  const name = request.name ?? randomUUID();
  checkName(name);
  const { target, mocking } = resolveStarted(context, request.stateMachineArn);
  if (target.machine.status === 'DELETING') {
    throw stateMachineDeleting(target.machine.arn);
  }
  if (target.machine.type !== 'EXPRESS') {
    throw stateMachineTypeNotSupported('This operation is not supported by this type of state machine');
  }
  const input = request.input ?? '{}';
  checkExecutionInput(input);
  if ((!caller.isTask && context.isOverloaded()) || context.express.isFull) {
    throw throttled();
  }
  const arn = context.arns.express(target.machine.name, name, randomUUID());
  const definition = context.definitions.of(target.revision);
  const execution = await context.express.run(parametersOf(target, arn, name, input, mocking), definition);
  return present({
    ...endOf(execution, request.includedData !== 'METADATA_ONLY'),
    traceHeader: request.traceHeader,
  });
}

function endOf(execution: Execution, withData: boolean): JsonObject {
  const stoppedAt = execution.stoppedAt ?? Date.now();
  return present({
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    startDate: seconds(execution.startedAt),
    stopDate: seconds(stoppedAt),
    status: execution.status,
    error: withData ? execution.error : undefined,
    cause: withData ? execution.cause : undefined,
    input: withData ? execution.input : undefined,
    inputDetails: { included: withData },
    output: withData ? execution.output : undefined,
    outputDetails: { included: withData },
    billingDetails: {
      billedMemoryUsedInMB: BILLED_MEMORY_MB,
      billedDurationInMilliseconds:
        Math.max(1, Math.ceil((stoppedAt - execution.startedAt) / BILLED_STEP_MS)) * BILLED_STEP_MS,
    },
  });
}
