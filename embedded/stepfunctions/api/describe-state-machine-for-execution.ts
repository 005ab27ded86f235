import { readRequest } from '../wire/request-shape.ts';
import { type Action, present, seconds } from './context.ts';
import { describeRevision } from './describe-state-machine.ts';
import { findExecution } from './execution-lookup.ts';
import { arnMember, includedDataMember } from './members.ts';

const shape = { executionArn: arnMember, includedData: includedDataMember };

/** DescribeStateMachineForExecution: the revision the execution was started with, whatever became of the machine. */
export const describeStateMachineForExecution: Action = (context, body) => {
  const request = readRequest(shape, body);
  const record = findExecution(context, request.executionArn);
  const revision = context.journal.stateMachines.revision(record.revision);
  return present({
    ...describeRevision(context, revision),
    ...(request.includedData === 'METADATA_ONLY' ? { definition: '', variableReferences: undefined } : {}),
    stateMachineArn: revision.arn,
    updateDate: seconds(revision.createdAt),
  });
};
