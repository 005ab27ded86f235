import type { Failure } from '../core/frame.ts';
import { matchesError, nextAttempt } from '../core/retry.ts';
import { StateFailed } from '../core/state-failed.ts';
import type { Catcher } from '../language/definition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { evaluateJsonataTemplate } from '../language/jsonata.ts';
import { applyResultPath } from '../language/path-field.ts';
import { Draws } from '../language/randomness.ts';
import { StatesError } from '../language/states-error.ts';
import { assign } from './data-flow.ts';
import { testChoice, testFail, testPass, testSucceed, testWait } from './simple-states.ts';
import { type Outcome, scopeOf, type Tested } from './tested-state.ts';
import { testMap, testParallel, testTask } from './working-states.ts';

/** The result of a state under test. */
export type TestResult =
  | { readonly status: 'SUCCEEDED'; readonly output: Json; readonly next?: string }
  | { readonly status: 'CAUGHT_ERROR'; readonly output: Json; readonly next: string; readonly failure: Failure }
  | { readonly status: 'RETRIABLE' | 'FAILED'; readonly failure: Failure };

/** Runs one state on its own, once. Its inspection records the data flow. */
export async function runState(tested: Tested): Promise<TestResult> {
  tested.inspection.step('input', tested.input);
  try {
    return { status: 'SUCCEEDED', ...(await outcomeOf(tested)) };
  } catch (error) {
    if (!(error instanceof StatesError || error instanceof StateFailed)) {
      throw error;
    }
    return await handle(tested, failureOf(error), error);
  }
}

function outcomeOf({ state, ...rest }: Tested): Promise<Outcome> {
  switch (state.Type) {
    case 'Pass':
      return testPass({ state, ...rest });
    case 'Task':
      return testTask({ state, ...rest });
    case 'Choice':
      return testChoice({ state, ...rest });
    case 'Wait':
      return testWait({ state, ...rest });
    case 'Succeed':
      return testSucceed({ state, ...rest });
    case 'Fail':
      return testFail({ state, ...rest });
    case 'Parallel':
      return testParallel({ state, ...rest });
    case 'Map':
      return testMap({ state, ...rest });
  }
}

/** TestState does not prefix a cause with state and event, because there is no history to look at. */
function failureOf(error: StatesError | StateFailed): Failure {
  return error instanceof StateFailed ? error.failure : { error: error.errorName, cause: error.message };
}

async function handle(tested: Tested, failure: Failure, error: StatesError | StateFailed): Promise<TestResult> {
  const fatal = error instanceof StatesError && error.errorName === 'States.Runtime';
  if (fatal) {
    return { status: 'FAILED', failure };
  }
  if (isRetried(tested, failure)) {
    return { status: 'RETRIABLE', failure };
  }
  const catchers = 'Catch' in tested.state ? (tested.state.Catch ?? []) : [];
  const catchIndex = catchers.findIndex(({ ErrorEquals }) => matchesError(ErrorEquals, failure));
  const catcher = catchers[catchIndex];
  if (catcher === undefined) {
    return { status: 'FAILED', failure };
  }
  tested.inspection.errorDetails({ catchIndex });
  try {
    const output = await caughtOutput(tested, catcher, `Catch[${catchIndex}]/`, failure);
    return { status: 'CAUGHT_ERROR', output, next: catcher.Next, failure };
  } catch (inCatcher) {
    if (!(inCatcher instanceof StatesError)) {
      throw inCatcher;
    }
    return { status: 'FAILED', failure: failureOf(inCatcher) };
  }
}

function isRetried({ state, stateName, entropy, configuration, inspection }: Tested, failure: Failure): boolean {
  const retriers = 'Retry' in state ? (state.Retry ?? []) : [];
  const retryIndex = retriers.findIndex(({ ErrorEquals }) => matchesError(ErrorEquals, failure));
  if (retryIndex < 0) {
    return false;
  }
  const spent = retriers.map(() => configuration.retrierRetryCount ?? 0);
  const draws = new Draws({ entropy }, `${stateName}/Retry`);
  const next = nextAttempt(retriers, spent, failure, () => draws.fraction());
  inspection.errorDetails({
    retryIndex,
    ...(next !== undefined && { retryBackoffIntervalSeconds: Math.ceil(next.delaySeconds) }),
  });
  return next !== undefined;
}

async function caughtOutput(tested: Tested, catcher: Catcher, inside: string, failure: Failure): Promise<Json> {
  const { state, stateName, input } = tested;
  const errorOutput: JsonObject = {
    ...(failure.error !== undefined && { Error: failure.error }),
    ...(failure.cause !== undefined && { Cause: failure.cause }),
  };
  if (state.QueryLanguage === 'JSONPath') {
    await assign(tested, catcher.Assign, scopeOf(tested, errorOutput));
    return applyResultPath(catcher.ResultPath, input, errorOutput);
  }
  const scope = scopeOf(tested, input, { errorOutput });
  await assign(tested, catcher.Assign, scope, inside);
  if (catcher.Output === undefined) {
    return errorOutput;
  }
  return await evaluateJsonataTemplate(catcher.Output, scope, { stateName, field: `${inside}Output` });
}
