import { conflict, validationFailed } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { longArnMember } from './members.ts';
import { versionNumber } from './state-machine-lookup.ts';

const shape = { stateMachineVersionArn: longArnMember };

const MOST_ALIASES = 1_000;

/** DeleteStateMachineVersion. Refused while an alias leads to the version; one that does not exist is as good as deleted. */
export const deleteStateMachineVersion: Action = ({ journal }, body) => {
  const { stateMachineVersionArn: arn } = readRequest(shape, body);
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
};
