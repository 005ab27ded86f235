import { conflict, stateMachineDeleting } from '../wire/api-error-texts.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { type Action, seconds } from './context.ts';
import { arnMember, descriptionMember } from './members.ts';
import { publishVersion, versionArnOf } from './publish-version.ts';
import { findMachine } from './state-machine-lookup.ts';

const shape = {
  stateMachineArn: arnMember,
  revisionId: optional(text()),
  description: optional(descriptionMember),
};

/** PublishStateMachineVersion. */
export const publishStateMachineVersion: Action = (context, body) => {
  const { journal } = context;
  const request = readRequest(shape, body);
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
};
