import type { Ports } from '../embedded/configuration.ts';
import { findFreePorts } from '../embedded/port-check.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded/stack.ts';
import { type AwsConnection, awsConnectionFrom } from '../load/invariants/reader/aws-connection.ts';
import { Proxies } from './proxy/proxies.ts';

/** A real stack whose parts reach each other, and whose customers reach it, through proxies. */
export interface StackUnderChaos {
  readonly stack: EmbeddedStack;
  readonly proxies: Proxies;
  /** Straight to the tables and executions, past the proxies. */
  readonly connection: AwsConnection;
  /** Ends all of it. */
  readonly stop: () => Promise<void>;
}

/** Starts a stack on free ports, with data of its own in a temporary folder, and the proxies before it. */
export async function startStackUnderChaos(): Promise<StackUnderChaos> {
  let ports: Ports | undefined;
  const proxies = new Proxies(() => {
    if (ports === undefined) throw new Error('The stack is not there yet');
    return ports;
  });
  await proxies.open();
  try {
    ports = await findFreePorts();
    const stack = await startEmbeddedStack({
      ports,
      environment: proxies.environment,
      readyWithinMilliseconds: 120_000,
    });
    return {
      stack,
      proxies,
      connection: awsConnectionFrom({ AWS_ENDPOINT_URL: stack.urls.endpoint }),
      stop: async () => {
        await stack.stop();
        await proxies.close();
      },
    };
  } catch (error) {
    await proxies.close();
    throw error;
  }
}
