import { orderSagaArn } from '../invariants/reader/aws-connection.ts';
import { AwsCallError, AwsCalls } from './aws-calls.ts';

/** Another Step Functions endpoint that takes the same orders. */
export interface OtherEndpoint {
  readonly url: string;
  /** The stage in the names of its tables and of its state machine. */
  readonly stage: string;
  /** host:port of its functions' Inventory service; undefined where it calls the measured stack's functions. */
  readonly inventory: string | undefined;
  /** Whether the order saga is deployed there, with tables and functions of its own. */
  readonly isDeployed: boolean;
}

/** Another endpoint, as the command line names it. */
export interface EndpointChoice {
  readonly url: string;
  readonly stage: string;
  readonly inventory: string | undefined;
}

/**
 * Finds out whether the order saga is deployed at an endpoint.
 *
 * @throws {Error} it is deployed, but its Inventory is unknown: its orders would take the measured stack's stock
 */
export async function lookAtEndpoint({ url, stage, inventory }: EndpointChoice): Promise<OtherEndpoint> {
  const isDeployed = await hasOrderSaga(url, stage);
  if (isDeployed && inventory === undefined) {
    throw new Error(
      `The order saga is deployed at ${url} (stage ${stage}). Say with --inventory host:port which Inventory service its functions use.`,
    );
  }
  if (!isDeployed && inventory !== undefined) {
    throw new Error(
      `--inventory is for an endpoint where the order saga is deployed; at ${url}, stage ${stage}, it is not.`,
    );
  }
  return { url, stage, inventory, isDeployed };
}

async function hasOrderSaga(url: string, stage: string): Promise<boolean> {
  const states = new AwsCalls(url);
  try {
    const stateMachineArn = orderSagaArn({ region: 'us-east-1', account: '000000000000', stage });
    await states.call('states', 'DescribeStateMachine', { stateMachineArn });
    return true;
  } catch (error) {
    if (error instanceof AwsCallError && error.type === 'StateMachineDoesNotExist') {
      return false;
    }
    throw new Error(`No Step Functions answers at ${url}`, { cause: error });
  } finally {
    states.close();
  }
}
