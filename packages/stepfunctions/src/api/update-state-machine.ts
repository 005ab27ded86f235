import { randomUUID } from 'node:crypto';
import type { NewRevision, Revision } from '../journal/state-machine-store.ts';
import type { JsonObject } from '../language/json.ts';
import { ApiError, stateMachineDeleting, validationFailed } from '../wire/api-error.ts';
import { flag, optional, readRequest } from '../wire/request-shape.ts';
import { checkRole, completeEncryption, completeLogging, completeTracing } from './configuration.ts';
import { type ApiContext, present, seconds } from './context.ts';
import {
  arnMember,
  definitionMember,
  descriptionMember,
  encryptionMember,
  loggingMember,
  tracingMember,
} from './members.ts';
import { checkDefinition } from './request-checks.ts';
import { findMachine } from './state-machine-lookup.ts';
import { publishVersion, versionArnOf } from './versions.ts';

const updateStateMachineShape = {
  stateMachineArn: arnMember,
  definition: optional(definitionMember),
  roleArn: optional(arnMember),
  loggingConfiguration: optional(loggingMember),
  tracingConfiguration: optional(tracingMember),
  publish: optional(flag()),
  versionDescription: optional(descriptionMember),
  encryptionConfiguration: optional(encryptionMember),
};

/** UpdateStateMachine. Running executions keep the revision that they started with. */
export function updateStateMachine(context: ApiContext, body: JsonObject): JsonObject {
  const { journal } = context;
  const request = readRequest(updateStateMachineShape, body);
  const { definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration } = request;
  const machine = findMachine(context, request.stateMachineArn);
  if (machine.status === 'DELETING') {
    throw stateMachineDeleting(machine.arn);
  }
  const given = [definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration];
  if (given.every((member) => member === undefined)) {
    throw new ApiError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  if (request.versionDescription !== undefined && !request.publish) {
    throw validationFailed('Version description can only be set when publish is true');
  }
  if (roleArn !== undefined) {
    checkRole(roleArn);
  }
  if (definition !== undefined) {
    checkDefinition(context, machine.name, definition, machine.type);
  }
  const current = journal.stateMachines.revision(machine.revision);
  const next: NewRevision = {
    revisionId: randomUUID(),
    definition: definition ?? current.definition,
    roleArn: roleArn ?? current.roleArn,
    logging: loggingConfiguration ? JSON.stringify(completeLogging(loggingConfiguration)) : current.logging,
    tracing: tracingConfiguration ? JSON.stringify(completeTracing(tracingConfiguration)) : current.tracing,
    encryption: JSON.stringify(completeEncryption(encryptionConfiguration)),
  };
  return journal.transaction(() => {
    const now = Date.now();
    const isChanged = differs(current, next);
    const updated = isChanged ? journal.stateMachines.revise(machine, next, now) : machine;
    const version = request.publish ? publishVersion(context, updated, request.versionDescription) : undefined;
    return present({
      updateDate: seconds(now),
      revisionId: isChanged ? next.revisionId : current.revisionId,
      stateMachineVersionArn: version && versionArnOf(updated, version),
    });
  });
}

/** The encryption is not compared, because there is one kind of it. */
function differs(current: Revision, next: NewRevision): boolean {
  return (
    current.definition !== next.definition ||
    current.roleArn !== next.roleArn ||
    current.logging !== next.logging ||
    current.tracing !== next.tracing
  );
}
