import type { Ports } from '../../embedded/configuration.ts';
import { findFreePorts } from '../../embedded/ports.ts';
import { type EmbeddedStack, StackStartError, startEmbeddedStack } from '../../embedded/stack.ts';
import { signal } from '../../embedded/supervisor/process-table.ts';
import { type AwsConnection, awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { ProcessWatch } from './faults/process-watch.ts';
import { Proxies } from './proxy/proxies.ts';

/** A real stack with a proxy before each listener: its parts and its customers reach it only through them. */
export interface StackUnderChaos {
  readonly stack: EmbeddedStack;
  readonly proxies: Proxies;
  /** Notices processes that end without a fault. */
  readonly watch: ProcessWatch;
  /** Leads to the tables and executions past the proxies. */
  readonly connection: AwsConnection;
  /** Removes every fault that may still be active, as after a cell that broke off. */
  readonly heal: () => Promise<void>;
  /** Stops the stack and the proxies. */
  readonly stop: () => Promise<void>;
}

/** Another program may take a free port before the stack listens on it; the next attempt finds others. */
const PORT_ATTEMPTS = 3;

/**
 * Starts a stack on free ports, with a temporary data folder, and the proxies before it.
 *
 * @throws {StackStartError} it did not start
 */
export async function startStackUnderChaos(): Promise<StackUnderChaos> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce();
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !(error instanceof StackStartError && error.lostItsPort)) {
        throw error;
      }
    }
  }
}

async function startOnce(): Promise<StackUnderChaos> {
  let ports: Ports | undefined;
  const proxies = new Proxies(() => {
    if (ports === undefined) {
      throw new Error('The stack has not started yet');
    }
    return ports;
  });
  await proxies.open();
  try {
    ports = await findFreePorts();
    const stack = await startEmbeddedStack({
      ports,
      environment: proxies.environment,
      readyWithinMs: 120_000,
    });
    const watch = new ProcessWatch(stack.processes);
    watch.start();
    return {
      stack,
      proxies,
      watch,
      connection: awsConnectionFrom({ AWS_ENDPOINT_URL: stack.urls.endpoint }),
      heal: async () => {
        proxies.network.heal();
        for (const { pid } of stack.processes()) {
          signal(pid, 'SIGCONT');
        }
        await proxies.open();
      },
      stop: async () => {
        watch.stop();
        await stack.stop();
        await proxies.close();
      },
    };
  } catch (error) {
    await proxies.close();
    throw error;
  }
}
