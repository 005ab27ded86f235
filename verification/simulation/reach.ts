import { CLIENT_ERRORS } from './call-errors.ts';
import type { FaultyNetwork } from './faulty-network.ts';
import { type Operation, whole } from './operation.ts';
import { allContinuationsDone, type VirtualClock } from './virtual-clock.ts';

/** How a process gets another one to do something: it waits for the answer, for an error, or for ever. */
export type Reach = <Output>(place: string, effect: () => Operation<Output>) => Promise<Output>;

/** How long a client of the API waits for an answer, in seconds. */
const REQUEST_TIMEOUT_SECONDS = 2;

/**
 * A process of the API over the faulty network. A caller that crashes is never answered: what it would have done next does not
 * happen.
 */
export function reachOver(network: FaultyNetwork, clock: VirtualClock): Reach {
  return <Output>(place: string, effect: () => Operation<Output>) =>
    new Promise<Output>((resolve, reject) => {
      let crashed = false;
      clock.after(REQUEST_TIMEOUT_SECONDS, () => {
        if (crashed) {
          return undefined;
        }
        reject(new ClientError('TimeoutError'));
        return allContinuationsDone();
      });
      void network.make<Output>({
        place,
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
          return allContinuationsDone();
        },
        crash: () => {
          crashed = true;
        },
      });
    });
}

/** Two things in one process: nothing goes wrong between them. */
export const reachDirectly: Reach = (_place, effect) => whole(effect());

/** What a client throws where it gets no answer; nobody but the simulation made it up. */
export class ClientError extends Error {
  override readonly name: string;
  readonly code: string;

  constructor(name: string) {
    super(`made up: ${name}`);
    this.name = name;
    this.code = name;
  }
}
