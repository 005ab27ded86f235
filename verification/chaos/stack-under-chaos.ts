import type { Ports } from '../../embedded/configuration.ts';
import { findFreePorts } from '../../embedded/port-check.ts';
import { type EmbeddedStack, StackStartError, startEmbeddedStack } from '../../embedded/stack.ts';
import { signal } from '../../embedded/supervisor/process-table.ts';
import { type AwsConnection, awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { ProcessWatch } from './faults/process-watch.ts';
import { Proxies } from './proxy/proxies.ts';

/** A real stack whose parts reach each other, and whose customers reach it, through proxies. */
export interface StackUnderChaos {
  readonly stack: EmbeddedStack;
  readonly proxies: Proxies;
  /** Sees which processes end without a fault. */
  readonly watch: ProcessWatch;
  /** Straight to the tables and executions, past the proxies. */
  readonly connection: AwsConnection;
  /** Takes every fault back that may still be at work, as after a cell that broke off. */
  readonly heal: () => Promise<void>;
  /** Ends all of it. */
  readonly stop: () => Promise<void>;
}

/** Between finding a free port and listening on it another program may take it; then others are found. */
const PORT_ATTEMPTS = 3;

/** Starts a stack on free ports, with data of its own in a temporary folder, and the proxies before it. */
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
      throw new Error('The stack is not there yet');
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
        proxies.wire.heal();
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
