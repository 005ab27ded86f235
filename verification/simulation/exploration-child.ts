import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import { explore } from './explore.ts';
import type { ExplorationShare, ShareSeen } from './explore-in-processes.ts';
import { simulatedSaga } from './simulated-saga.ts';

/** How many schedules are run between two words to the parent. */
const PROGRESS_EVERY = 100;

function tell(message: ShareSeen | number): void {
  process.send?.(message);
}

// Runs in a process of its own; see explore-in-processes.ts.
const share: ExplorationShare = JSON.parse(process.argv[2] ?? '');
const { found, statuses, redriven, sagas } = await explore(simulatedSaga(readOrderSaga().text), {
  ...share,
  onRun: (done) => {
    if (done % PROGRESS_EVERY === 0) {
      tell(PROGRESS_EVERY);
    }
  },
});
tell({ report: found?.report ?? null, statuses: [...statuses], redriven, sagas });
process.disconnect?.();
