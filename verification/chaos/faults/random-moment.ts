import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../proxy/wire-call.ts';
import { type Injection, processFault } from './injection.ts';
import { strike } from './process-fault.ts';

/** Kills or stops a process at random moments while orders come in. */
export async function disturbProcess(
  kind: 'kill -9' | 'SIGSTOP',
  target: Target,
  { stack, log, choices, seconds }: Injection,
): Promise<void> {
  // With the API process everything dies and has to start again: once is enough.
  const times = target === 'api' ? 1 : choices.between(1, 2);
  const most_ms = (seconds * 900) / times;
  for (let time = 0; time < times; time += 1) {
    await sleep(choices.between(most_ms / 4, most_ms));
    const { over } = await strike(stack, target, processFault(kind, choices));
    const event = await over;
    if (event !== undefined) {
      log.add(event);
    }
  }
}
