/** The two kinds of state machine; an EXPRESS one cannot wait for callbacks, jobs or activities. */
export type StateMachineType = 'STANDARD' | 'EXPRESS';
