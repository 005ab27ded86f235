import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { JsonObject } from '../language/json.ts';
import { findState } from '../test-state/find-state.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type Action, type ApiContext, present, seconds } from './context.ts';
import { describeRevision } from './describe-state-machine.ts';
import { findExecution, stateMachineArnOf } from './execution-lookup.ts';
import { arnMember, includedDataMember } from './members.ts';

const shape = { executionArn: arnMember, includedData: includedDataMember };

/** DescribeStateMachineForExecution: the revision the execution was started with, whatever became of the machine. */
export const describeStateMachineForExecution: Action = (context, body) => {
  const request = readRequest(shape, body);
  const record = findExecution(context, request.executionArn);
  const revision = context.journal.stateMachines.revision(record.revision);
  return present({
    ...describeRevision(context, revision),
    ...childOf(context, record),
    ...(request.includedData === 'METADATA_ONLY' ? { definition: '', variableReferences: undefined } : {}),
    stateMachineArn: stateMachineArnOf(context.journal, record),
    updateDate: seconds(revision.createdAt),
  });
};

/** For a distributed Map's child: its map run, and the Map's `ItemProcessor` as the definition. */
function childOf({ journal, definitions }: ApiContext, { mapRunArn, revision }: ExecutionRecord): JsonObject {
  const mapRun = mapRunArn === undefined ? undefined : journal.mapRuns.find(mapRunArn)?.mapRun;
  if (!mapRun) {
    return {};
  }
  const state = findState(definitions.of(journal.stateMachines.revision(revision)), mapRun.stateName);
  return {
    mapRunArn: mapRun.arn,
    label: mapRun.label,
    ...(state?.Type === 'Map' ? { definition: JSON.stringify(state.ItemProcessor) } : {}),
  };
}
