import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import { explore } from './explore.ts';
import type { ExplorationShare, ShareResult } from './explore-in-processes.ts';
import { parseSimulatedSaga } from './simulated-definition.ts';

/** Schedules between two progress messages to the parent. */
const PROGRESS_EVERY = 100;

function tell(message: ShareResult | number): void {
  process.send?.(message);
}

// Entry point of one worker process; see explore-in-processes.ts.
const share: ExplorationShare = JSON.parse(process.argv[2] ?? '');
const { found, statuses, redriven, sagas } = await explore(parseSimulatedSaga(readOrderSaga().text), {
  ...share,
  onRun: (done) => {
    if (done % PROGRESS_EVERY === 0) {
      tell(PROGRESS_EVERY);
    }
  },
});
tell({ report: found?.report ?? null, statuses: [...statuses], redriven, sagas });
process.disconnect?.();
