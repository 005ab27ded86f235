import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Revision } from '../journal/state-machine-store.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { findState } from '../test-state/find-state.ts';
import { variableReferences } from '../validation/variable-references.ts';
import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { findExecution, stateMachineArnOf } from './executions.ts';
import { arnMember, includedDataMember, maxResultsMember, nextTokenMember, pageSize } from './members.ts';
import { resolve } from './state-machine-lookup.ts';

const describeStateMachineShape = { stateMachineArn: arnMember, includedData: includedDataMember };

/** DescribeStateMachine, of a machine, a version or through an alias. */
export function describeStateMachine(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(describeStateMachineShape, body);
  const { machine, revision, version, versionArn } = resolve(context, request.stateMachineArn);
  return present({
    ...describeRevision(context, revision),
    ...(request.includedData === 'METADATA_ONLY' ? { definition: '', variableReferences: undefined } : {}),
    stateMachineArn: versionArn ?? machine.arn,
    status: machine.status,
    type: machine.type,
    creationDate: seconds(version?.createdAt ?? machine.createdAt),
    description: version?.description,
  });
}

/** What descriptions of a revision have in common. */
export function describeRevision({ definitions }: ApiContext, revision: Revision): JsonObject {
  const references = variableReferences(definitions.of(revision));
  return present({
    name: revision.name,
    definition: revision.definition,
    roleArn: revision.roleArn,
    loggingConfiguration: JSON.parse(revision.logging) as Json,
    tracingConfiguration: JSON.parse(revision.tracing) as Json,
    encryptionConfiguration: JSON.parse(revision.encryption) as Json,
    revisionId: revision.revisionId,
    variableReferences: Object.keys(references).length > 0 ? references : undefined,
  });
}

const describeStateMachineForExecutionShape = { executionArn: arnMember, includedData: includedDataMember };

/** DescribeStateMachineForExecution: the revision the execution was started with, whatever became of the machine. */
export function describeStateMachineForExecution(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(describeStateMachineForExecutionShape, body);
  const record = findExecution(context, request.executionArn);
  const revision = context.journal.stateMachines.revision(record.revision);
  return present({
    ...describeRevision(context, revision),
    ...childOf(context, record),
    ...(request.includedData === 'METADATA_ONLY' ? { definition: '', variableReferences: undefined } : {}),
    stateMachineArn: stateMachineArnOf(context.journal, record),
    updateDate: seconds(revision.createdAt),
  });
}

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

const listStateMachinesShape = { maxResults: maxResultsMember, nextToken: nextTokenMember };

/** ListStateMachines, newest first. */
export function listStateMachines({ journal, pages }: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(listStateMachinesShape, body);
  const limit = pageSize(request.maxResults);
  const after =
    request.nextToken === undefined
      ? undefined
      : (pages.open('stateMachines', request.nextToken) as { createdAt: number; id: number });
  const found = journal.stateMachines.list(limit + 1, after);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return present({
    stateMachines: page.map(({ arn, name, type, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: seconds(createdAt),
    })),
    nextToken: last && pages.seal('stateMachines', { createdAt: last.createdAt, id: last.id }),
  });
}

const deleteStateMachineShape = { stateMachineArn: arnMember };

/** DeleteStateMachine. Executions that run are carried to their end first. */
export function deleteStateMachine({ journal }: ApiContext, body: JsonObject): JsonObject {
  const { stateMachineArn } = readRequest(deleteStateMachineShape, body);
  parseArn(stateMachineArn, 'stateMachine');
  const machine = journal.stateMachines.find(stateMachineArn);
  if (machine?.status === 'ACTIVE') {
    journal.transaction(() => {
      journal.stateMachines.markDeleting(machine);
      journal.stateMachines.dropDeleted();
    });
  }
  return {};
}
