import { startEmbeddedStack } from '../../embedded/stack.ts';
import { ConfigurationError } from '../../functions/common/configuration.ts';
import { isServing, refuseRemote, type StackAddresses } from './stack-addresses.ts';

/** A stack to send load to. */
export interface OpenStack {
  readonly addresses: StackAddresses;
  /** Stops the stack if it was started for this load; one that was there before keeps running. */
  readonly release: () => Promise<void>;
}

/** Which stack to use. */
export interface StackChoice {
  readonly addresses: StackAddresses;
  /** Whether another machine may be loaded. */
  readonly allowRemote: boolean;
  /** Whether to start a stack where none answers. */
  readonly startOwn: boolean;
  /** Takes lines of progress. */
  readonly say: (line: string) => void;
}

/**
 * The stack that answers at the addresses. Where none does, it starts one on free ports with data of its own.
 *
 * @throws {ConfigurationError} an address is another machine's, or nothing answers there and no stack may be started
 */
export async function openStack({ addresses, allowRemote, startOwn, say }: StackChoice): Promise<OpenStack> {
  for (const address of Object.values(addresses)) {
    refuseRemote(address, allowRemote);
  }
  if (await isServing(addresses.http)) {
    say(`Using the stack at ${addresses.http}.`);
    return { addresses, release: async () => {} };
  }
  if (!startOwn) {
    throw new ConfigurationError(`Nothing answers at ${addresses.http}/health. Start it, or leave --endpoint out.`);
  }
  say(`No stack answers at ${addresses.http}; starting one on free ports ...`);
  const stack = await startEmbeddedStack();
  const { http, endpoint: aws, inventory } = stack.urls;
  say(`The stack is ready at ${http} after ${(stack.startMs / 1000).toFixed(1)} s.`);
  return {
    addresses: { http, aws, inventory },
    release: async () => {
      await stack.stop();
    },
  };
}
