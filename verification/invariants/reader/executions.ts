import { DescribeExecutionCommand, paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionSnapshot, ExecutionStatus } from '../snapshot.ts';

/**
 * Every execution of a state machine; of the failed ones also whether they can be redriven.
 *
 * @param status only executions in this status.
 */
export async function readExecutions(
  client: SFNClient,
  stateMachineArn: string,
  status?: ExecutionStatus,
): Promise<readonly ExecutionSnapshot[]> {
  const executions: ExecutionSnapshot[] = [];
  const query = { stateMachineArn, maxResults: 1000, ...(status === undefined ? {} : { statusFilter: status }) };
  for await (const page of paginateListExecutions({ client }, query)) {
    for (const { name, executionArn, status: found } of page.executions ?? []) {
      if (name === undefined || executionArn === undefined || found === undefined) {
        throw new Error(`ListExecutions of ${stateMachineArn} answered an entry without name, ARN or status`);
      }
      const redrivable = found === 'FAILED' ? await isRedrivable(client, executionArn) : undefined;
      executions.push({ order_id: name, status: found, ...(redrivable === undefined ? {} : { redrivable }) });
    }
  }
  return executions;
}

async function isRedrivable(client: SFNClient, executionArn: string): Promise<boolean | undefined> {
  const { redriveStatus } = await client.send(new DescribeExecutionCommand({ executionArn }));
  return redriveStatus === undefined ? undefined : redriveStatus === 'REDRIVABLE';
}
