/**
 * Loaded into each Node process and thread of the stack. A start leaves garbage: sources, modules' set-up, configuration. V8
 * keeps it until the heap has grown, which an idle stack's never does. So the first quiet second collects it, once.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 1_000;

/** The share of a second that the event loop may work in and still count as quiet. */
const QUIET_UTILIZATION = 0.2;

let before = performance.eventLoopUtilization();
const looks = setInterval(() => {
  const now = performance.eventLoopUtilization();
  if (performance.eventLoopUtilization(now, before).utilization < QUIET_UTILIZATION) {
    clearInterval(looks);
    collect();
  }
  before = now;
}, LOOK_EVERY_MS).unref();

/**
 * V8 hands its collector out only to contexts that are made under this flag. As a last resort it also gives the freed pages back
 * at once, instead of after eight seconds or never.
 */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as NodeJS.GCFunction;
  collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
