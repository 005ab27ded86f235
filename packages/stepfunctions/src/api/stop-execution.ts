import { optional, readRequest } from '../wire/request-shape.ts';
import { type Action, seconds } from './context.ts';
import { findExecution, refuseChild } from './execution-lookup.ts';
import { arnMember, causeMember, errorMember } from './members.ts';

const shape = { executionArn: arnMember, error: optional(errorMember), cause: optional(causeMember) };

/** StopExecution. Of an execution that has ended, it answers when that was. */
export const stopExecution: Action = async (context, body) => {
  const { executionArn, error, cause } = readRequest(shape, body);
  const record = findExecution(context, executionArn);
  refuseChild(record, 'stopped');
  const { id } = record;
  await context.executions.deliver(id, {
    type: 'StopRequested',
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  });
  return { stopDate: seconds(findExecution(context, executionArn).stoppedAt ?? Date.now()) };
};
