import type { Revision } from '../journal/state-machine-store.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { variableReferences } from '../validation/variable-references.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type Action, type ApiContext, present, seconds } from './context.ts';
import { arnMember, includedDataMember } from './members.ts';
import { resolve } from './state-machine-lookup.ts';

const shape = { stateMachineArn: arnMember, includedData: includedDataMember };

/** DescribeStateMachine, of a machine, a version or through an alias. */
export const describeStateMachine: Action = (context, body) => {
  const request = readRequest(shape, body);
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
};

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
