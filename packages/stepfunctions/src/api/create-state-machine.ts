import type { NewRevision, StateMachine } from '../journal/state-machine-store.ts';
import type { JsonObject } from '../language/json.ts';
import { stateMachineAlreadyExists, stateMachineDeleting, validationFailed } from '../wire/api-error.ts';
import { flag, optional, readRequest } from '../wire/request-shape.ts';
import { checkRole, completeEncryption, completeLogging, completeTracing } from './configuration.ts';
import { type ApiContext, present, seconds } from './context.ts';
import {
  arnMember,
  definitionMember,
  descriptionMember,
  encryptionMember,
  loggingMember,
  nameMember,
  tagsMember,
  tracingMember,
  typeMember,
} from './members.ts';
import { checkDefinition, checkName } from './request-checks.ts';
import { checkTags } from './tags.ts';
import { publishVersion, versionArnOf } from './versions.ts';

const createStateMachineShape = {
  name: nameMember,
  definition: definitionMember,
  roleArn: arnMember,
  type: optional(typeMember),
  loggingConfiguration: optional(loggingMember),
  tags: optional(tagsMember),
  tracingConfiguration: optional(tracingMember),
  publish: optional(flag()),
  versionDescription: optional(descriptionMember),
  encryptionConfiguration: optional(encryptionMember),
};

/** CreateStateMachine. Idempotent by name, definition and configuration; the role and the tags are not compared. */
export function createStateMachine(context: ApiContext, body: JsonObject): JsonObject {
  const { journal, arns } = context;
  const request = readRequest(createStateMachineShape, body);
  checkName(request.name);
  checkRole(request.roleArn);
  const type = request.type ?? 'STANDARD';
  if (request.versionDescription !== undefined && !request.publish) {
    throw validationFailed('Version description can only be set when publish is true');
  }
  const first: NewRevision = {
    revisionId: undefined,
    definition: request.definition,
    roleArn: request.roleArn,
    logging: JSON.stringify(completeLogging(request.loggingConfiguration)),
    tracing: JSON.stringify(completeTracing(request.tracingConfiguration)),
    encryption: JSON.stringify(completeEncryption(request.encryptionConfiguration)),
  };
  checkDefinition(context, request.name, request.definition, type);
  const arn = arns.stateMachine(request.name);
  const tags = checkTags(context, arn, request.tags ?? []);
  const existing = journal.stateMachines.find(arn);
  if (existing?.status === 'DELETING') {
    throw stateMachineDeleting(arn);
  }
  if (existing && !isSame(existing, first, type)) {
    throw stateMachineAlreadyExists(arn);
  }
  return journal.transaction(() => {
    const machine =
      existing ?? journal.stateMachines.create({ arn, name: request.name, type, createdAt: Date.now() }, first);
    if (!existing) {
      journal.tags.add(arn, tags);
    }
    const version = request.publish ? publishVersion(context, machine, request.versionDescription) : undefined;
    return present({
      stateMachineArn: arn,
      creationDate: seconds(machine.createdAt),
      stateMachineVersionArn: version && versionArnOf(machine, version),
    });
  });

  // The encryption is not compared, because there is one kind of it.
  function isSame(machine: StateMachine, next: NewRevision, wanted: string): boolean {
    const current = journal.stateMachines.revision(machine.revision);
    return (
      machine.type === wanted &&
      current.definition === next.definition &&
      current.logging === next.logging &&
      current.tracing === next.tracing
    );
  }
}
