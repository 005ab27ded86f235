import {
  DescribeExecutionCommand,
  paginateListExecutions,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { type AwsConnection, clientSettings, orderSagaArn } from '../../invariants/reader/aws-connection.ts';

/** What a person does when all is mended: redrives every execution that failed. */
export class Operator {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  constructor(connection: AwsConnection) {
    this.#client = new SFNClient(clientSettings(connection));
    this.#stateMachineArn = orderSagaArn(connection);
  }

  /** Redrives all that can be; answers the orders whose sagas go on. */
  async redriveFailed(): Promise<readonly string[]> {
    const query = { stateMachineArn: this.#stateMachineArn, statusFilter: 'FAILED', maxResults: 1000 } as const;
    const redriven: string[] = [];
    for await (const page of paginateListExecutions({ client: this.#client }, query)) {
      for (const { executionArn, name } of page.executions ?? []) {
        const { redriveStatus } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
        if (redriveStatus !== 'REDRIVABLE') {
          continue;
        }
        await this.#client.send(new RedriveExecutionCommand({ executionArn }));
        redriven.push(name ?? '');
      }
    }
    return redriven;
  }

  /** Ends the connection. */
  close(): void {
    this.#client.destroy();
  }
}
