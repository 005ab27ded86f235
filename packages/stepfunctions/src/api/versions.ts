import type { StateMachine } from '../journal/state-machine-store.ts';
import type { Version } from '../journal/version-store.ts';
import type { JsonObject } from '../language/json.ts';
import { conflict, stateMachineDeleting, validationFailed } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { arnMember, descriptionMember, longArnMember } from './members.ts';
import { maxResultsMember, nextTokenMember, numberPosition, readPage } from './paging.ts';
import { findMachine, versionNumber } from './state-machine-lookup.ts';

const publishStateMachineVersionShape = {
  stateMachineArn: arnMember,
  revisionId: optional(text()),
  description: optional(descriptionMember),
};

/** PublishStateMachineVersion. */
export function publishStateMachineVersion(context: ApiContext, body: JsonObject): JsonObject {
  const { journal } = context;
  const request = readRequest(publishStateMachineVersionShape, body);
  const machine = findMachine(context, request.stateMachineArn);
  if (machine.status === 'DELETING') {
    throw stateMachineDeleting(machine.arn);
  }
  const current = journal.stateMachines.revision(machine.revision).revisionId;
  if (request.revisionId !== undefined && request.revisionId !== (current ?? 'INITIAL')) {
    throw conflict(
      `Failed to publish the State Machine version for revision ${request.revisionId}. The current State Machine revision is ${current ?? 'INITIAL'}.`,
    );
  }
  return journal.transaction(() => {
    const version = publishVersion(context, machine, request.description);
    return { creationDate: seconds(version.createdAt), stateMachineVersionArn: versionArnOf(machine, version) };
  });
}

const listStateMachineVersionsShape = {
  stateMachineArn: arnMember,
  nextToken: nextTokenMember,
  maxResults: maxResultsMember,
};

/** ListStateMachineVersions, newest first. */
export function listStateMachineVersions(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(listStateMachineVersionsShape, body);
  const machine = findMachine(context, request.stateMachineArn);
  const { items, nextToken } = readPage(context, request, {
    name: ['versions', machine.arn],
    read: (limit, before) => context.journal.versions.list(machine.id, limit, numberPosition(before)),
    position: ({ version }) => version,
  });
  return present({
    stateMachineVersions: items.map((version) => ({
      stateMachineVersionArn: versionArnOf(machine, version),
      creationDate: seconds(version.createdAt),
    })),
    nextToken,
  });
}

const deleteStateMachineVersionShape = { stateMachineVersionArn: longArnMember };

const MOST_ALIASES = 1_000;

/** DeleteStateMachineVersion. Refused while an alias routes to it. A version that does not exist counts as deleted. */
export function deleteStateMachineVersion({ journal }: ApiContext, body: JsonObject): JsonObject {
  const { stateMachineVersionArn: arn } = readRequest(deleteStateMachineVersionShape, body);
  const { qualifier } = parseArn(arn, 'stateMachine');
  const version = versionNumber(arn);
  if (qualifier === undefined || Number.isNaN(version)) {
    throw validationFailed(`The ARN '${arn}' names no state machine version: it must end in a version number.`);
  }
  const machine = journal.stateMachines.find(arn.slice(0, -qualifier.length - 1));
  if (!machine) {
    return {};
  }
  const aliases = journal.aliases
    .list(machine.id, MOST_ALIASES)
    .filter(({ routes }) => routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === arn));
  if (aliases.length > 0) {
    throw conflict(
      `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${aliases.map(({ name }) => name).join(', ')}]`,
    );
  }
  journal.versions.delete(machine.id, version);
  return {};
}

/** The ARN of a version. */
export function versionArnOf(machine: StateMachine, version: Version): string {
  return `${machine.arn}:${version.version}`;
}

/** Publishes the current revision. If it is published already as the latest version, answers that one. */
export function publishVersion(
  { journal }: ApiContext,
  machine: StateMachine,
  description: string | undefined,
): Version {
  const [latest] = journal.versions.list(machine.id, 1);
  if (latest?.revision === machine.revision) {
    return latest;
  }
  const version: Version = {
    stateMachine: machine.id,
    version: journal.stateMachines.nextVersion(machine),
    revision: machine.revision,
    description,
    createdAt: Date.now(),
  };
  journal.versions.create(version);
  return version;
}
