import { setTimeout as sleep } from 'node:timers/promises';
import type { NetworkCall, Target } from '../proxy/network-call.ts';
import { endsWithFailure } from '../run/saga-executions.ts';
import type { FaultEvent, Injection } from './injection.ts';
import { drawProcessFault, type ProcessFault, type SentSignal, sendSignal } from './process-signal.ts';
import { SAGA_POINTS, type SagaPoint, type SagaPointName } from './saga-points.ts';

/** Kills or stops a process once or twice, at random moments while orders come in. */
export async function disturbAtRandom(
  kind: ProcessFault['kind'],
  target: Target,
  { stack, log, choices, seconds }: Injection,
): Promise<void> {
  // A kill of the API process ends every process, and all must start again: once is enough.
  const times = target === 'api' ? 1 : choices.between(1, 2);
  const maxPauseMs = (seconds * 900) / times;
  for (let time = 0; time < times; time += 1) {
    await sleep(choices.between(maxPauseMs / 4, maxPauseMs));
    await recordWhenOver(await sendSignal(stack, target, drawProcessFault(kind, choices)), target, (event) =>
      log.add(event),
    );
  }
}

/** How much longer than other faults a fault at a point waits, since an order has to get there. */
const EXTRA_WAIT_MS = 20_000;
/** The engine journals a reply a moment after it was given. */
const JOURNAL_MS = 40;
const MAX_JOURNAL_MS = 1_000;

/** Kills or stops a process when the saga of an order of the cell is at the point. */
export async function disturbAtPoint(
  kind: ProcessFault['kind'],
  name: SagaPointName,
  target: Target,
  injection: Injection,
): Promise<void> {
  const { stack, log, choices, seconds, isOurs } = injection;
  const point: SagaPoint = SAGA_POINTS[name];
  const fault = drawProcessFault(kind, choices);
  let disarm = () => {};
  let isReached = false;
  const reached = new Promise<readonly [NetworkCall, SentSignal]>((resolve, reject) => {
    disarm = stack.proxies.network.arm(point, isOurs, async (call) => {
      isReached = true;
      // The call goes on once the signal is sent; whatever it meets then is part of the fault.
      const sent = journaled(point, call, injection).then(() => sendSignal(stack, target, fault));
      await sent.then((signal) => resolve([call, signal]), reject);
    });
  });
  const giveUp = sleep(seconds * 1000 + EXTRA_WAIT_MS, undefined, { ref: false });
  await Promise.race([reached, giveUp]);
  disarm();
  if (!isReached) {
    return;
  }
  const [call, sent] = await reached;
  await recordWhenOver(sent, target, (event) => log.add(atPoint(event, name, call)));
}

/** Records a fault once its process is back. A process that does not come back was hit, too: postmortems tell of it. */
export async function recordWhenOver(
  { at, what, finished }: SentSignal,
  target: Target,
  add: (event: FaultEvent) => void,
): Promise<void> {
  try {
    const event = await finished;
    if (event !== undefined) {
      add(event);
    }
  } catch (error) {
    add({ at, until: new Date().toISOString(), target, what: `${what}: ${String(error)}` });
    throw error;
  }
}

/**
 * Resolves once the engine has journaled what brings the saga to the point. Where the point holds its call, resolves at
 * once.
 */
async function journaled(point: SagaPoint, { order_id }: NetworkCall, { historyOf }: Injection): Promise<void> {
  if (point.holdsCall) {
    return;
  }
  if (point.inRetryWait !== true || order_id === undefined) {
    await sleep(JOURNAL_MS);
    return;
  }
  const deadline = Date.now() + MAX_JOURNAL_MS;
  while (Date.now() < deadline && !endsWithFailure(await historyOf(order_id))) {}
}

function atPoint(event: FaultEvent, name: SagaPointName, { link, operation, order_id }: NetworkCall): FaultEvent {
  const point: SagaPoint = SAGA_POINTS[name];
  return {
    ...event,
    what: `${event.what}, ${name} (${link} ${operation})`,
    states: point.states,
    ...(point.inRetryWait === true ? { inRetryWait: true } : {}),
    ...(order_id === undefined ? {} : { order_id }),
  };
}
