import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { checkAliasArn } from './describe-state-machine-alias.ts';
import { arnMember } from './members.ts';

const shape = { stateMachineAliasArn: arnMember };

/** DeleteStateMachineAlias. One that does not exist is as good as deleted. */
export const deleteStateMachineAlias: Action = ({ journal }, body) => {
  const { stateMachineAliasArn } = readRequest(shape, body);
  checkAliasArn(stateMachineAliasArn);
  journal.aliases.delete(stateMachineAliasArn);
  return {};
};
