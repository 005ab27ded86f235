import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Revision } from '../journal/state-machine-store.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { findState } from '../test-state/tested-state.ts';
import { validateDefinition } from '../validation/validate-definition.ts';
import { variableReferences } from '../validation/variable-references.ts';
import { parseArn } from '../wire/arn.ts';
import { number, optional, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { findExecution, stateMachineArnOf } from './executions.ts';
import { arnMember, definitionMember, includedDataMember, typeMember } from './members.ts';
import { maxResultsMember, nextTokenMember, readPage } from './paging.ts';
import { resolve } from './state-machine-lookup.ts';

const describeStateMachineShape = { stateMachineArn: arnMember, includedData: includedDataMember };

/** DescribeStateMachine of a state machine, a version or an alias. */
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

/** The members that all descriptions of a revision share. */
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

/** DescribeStateMachineForExecution: the revision that the execution runs, even if the state machine has changed since. */
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
export function listStateMachines(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(listStateMachinesShape, body);
  const { items, nextToken } = readPage(context, request, {
    name: 'stateMachines',
    read: (limit, after) =>
      context.journal.stateMachines.list(limit, after as { createdAt: number; id: number } | undefined),
    position: ({ createdAt, id }) => ({ createdAt, id }),
  });
  return present({
    stateMachines: items.map(({ arn, name, type, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type,
      creationDate: seconds(createdAt),
    })),
    nextToken,
  });
}

const deleteStateMachineShape = { stateMachineArn: arnMember };

/** DeleteStateMachine. Running executions finish first. */
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

const validateStateMachineDefinitionShape = {
  definition: definitionMember,
  type: optional(typeMember),
  severity: optional(text({ oneOf: ['ERROR', 'WARNING'] })),
  maxResults: optional(number({ min: 0, max: 100 })),
};

/** The number of diagnostics when the caller names none, or 0. */
const DEFAULT_DIAGNOSTICS = 100;

/** ValidateStateMachineDefinition. Warnings are included only on request and do not make the result FAIL. */
export function validateStateMachineDefinition({ forwarded }: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(validateStateMachineDefinitionShape, body);
  const found = validateDefinition(request.definition, request.type ?? 'STANDARD', { forwarded });
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
