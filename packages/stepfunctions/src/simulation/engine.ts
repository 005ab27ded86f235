import * as core from '../core/step.ts';

/** The core as a shell uses it. The simulation takes it as an argument, so that it can be shown broken ones. */
export type Engine = Pick<typeof core, 'createExecution' | 'step' | 'outstandingEffects'>;

/** The core as it is. */
export const ENGINE: Engine = {
  createExecution: core.createExecution,
  step: core.step,
  outstandingEffects: core.outstandingEffects,
};
