import { createStepFunctions } from '../clients/step-functions.ts';
import { createTaskTokens } from '../clients/task-tokens.ts';
import { once } from '../common/once.ts';

/** The process's means to wake waiting sagas. */
export const taskTokens = once(() => createTaskTokens(createStepFunctions()));
