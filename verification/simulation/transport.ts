import { CLIENT_ERRORS } from './fault.ts';
import type { FaultyNetwork } from './faulty-network.ts';
import { type Operation, runToCompletion } from './simulated-call.ts';
import { settleContinuations, type VirtualClock } from './virtual-clock.ts';

/** Makes a call to another process. The promise may never settle: the caller has crashed. */
export type Transport = <Output>(destination: string, effect: () => Operation<Output>) => Promise<Output>;

/** Request timeout of the API's clients. */
const REQUEST_TIMEOUT_SECONDS = 2;

/**
 * Calls of an API process over the faulty network. A caller that crashes gets no answer, so whatever it would have done next
 * does not happen.
 */
export function networkTransport(network: FaultyNetwork, clock: VirtualClock): Transport {
  return <Output>(destination: string, effect: () => Operation<Output>) =>
    new Promise<Output>((resolve, reject) => {
      let crashed = false;
      clock.after(REQUEST_TIMEOUT_SECONDS, () => {
        if (crashed) {
          return undefined;
        }
        reject(new ClientError('TimeoutError'));
        return settleContinuations();
      });
      void network.make<Output>({
        destination,
        effect,
        errors: CLIENT_ERRORS,
        answer: (answer) => {
          if (crashed) {
            return undefined;
          }
          if (answer.ok) {
            resolve(answer.output);
          } else {
            reject(answer.origin ?? new ClientError(answer.error));
          }
          return settleContinuations();
        },
        crash: () => {
          crashed = true;
        },
      });
    });
}

/** Calls within one process, which cannot fail. */
export const inProcess: Transport = (_destination, effect) => runToCompletion(effect());

/** Thrown by a client that gets no answer, with an injected name and code. */
export class ClientError extends Error {
  override readonly name: string;
  readonly code: string;

  constructor(name: string) {
    super(`injected: ${name}`);
    this.name = name;
    this.code = name;
  }
}
