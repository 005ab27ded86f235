import { type Execution, type ExecutionParameters, ROOT_FRAME } from './execution.ts';

/** A new execution, RUNNING, which the event `ExecutionStarted` sets in motion. Its input is valid JSON text. */
export function createExecution(parameters: ExecutionParameters): Execution {
  return {
    ...parameters,
    status: 'RUNNING',
    startedAt: 0,
    redriveCount: 0,
    nextEventId: 1,
    nextId: 1,
    frames: { [ROOT_FRAME]: { id: ROOT_FRAME, index: 0, variables: {}, lastEventId: 0 } },
    mapRuns: [],
  };
}
