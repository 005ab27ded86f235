import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { arnMember } from './members.ts';

const shape = { stateMachineArn: arnMember };

/** DeleteStateMachine. Executions that run are carried to their end first. */
export const deleteStateMachine: Action = ({ journal }, body) => {
  const { stateMachineArn } = readRequest(shape, body);
  parseArn(stateMachineArn, 'stateMachine');
  const machine = journal.stateMachines.find(stateMachineArn);
  if (machine?.status === 'ACTIVE') {
    journal.transaction(() => {
      journal.stateMachines.markDeleting(machine);
      journal.stateMachines.dropDeleted();
    });
  }
  return {};
};
