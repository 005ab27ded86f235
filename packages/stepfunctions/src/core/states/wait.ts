import type { WaitState } from '../../language/definition.ts';
import type { Json } from '../../language/json.ts';
import { evaluateJsonataAs } from '../../language/jsonata.ts';
import { applyPath } from '../../language/path-field.ts';
import { StatesError } from '../../language/states-error.ts';
import { setActivity } from '../activity.ts';
import {
  assignments,
  type Executing,
  effectiveInput,
  jsonataOutput,
  type Outcome,
  outputPath,
  WAIT,
} from '../input-output.ts';
import { jsonText } from '../json-text.ts';
import { numberField } from '../number-field.ts';
import { stateScope } from '../state-scope.ts';

/** The longest wait that AWS accepts, in milliseconds. AWS stores the seconds in 32 bits. */
const MAX_DELAY = (2 ** 31 - 1) * 1000;

/** ISO 8601 with an offset. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** Waits until a time, unless it has passed. */
export async function executeWait(executing: Executing<WaitState>): Promise<Outcome> {
  const { draft, frameId } = executing;
  const until = await endOfWait(executing);
  if (until - draft.at > MAX_DELAY) {
    throw new StatesError('States.Runtime', 'Wait state delay is too long.');
  }
  if (until <= draft.at) {
    return await leaveWait(executing);
  }
  setActivity(draft, frameId, { kind: 'WAIT', timer: draft.startWait(until) });
  return WAIT;
}

/** The wait is over. */
export async function leaveWait(executing: Executing<WaitState>): Promise<Outcome> {
  const { draft, frameId, state } = executing;
  const input = effectiveInput(executing);
  const scope = stateScope(draft, frameId, input);
  const assigned = await assignments(executing, state.Assign, scope);
  const output =
    state.QueryLanguage === 'JSONata'
      ? await jsonataOutput(executing, state.Output, scope, input)
      : outputPath(executing, input);
  return { kind: 'EXIT', output, assigned, next: state.Next };
}

async function endOfWait(executing: Executing<WaitState>): Promise<number> {
  const { draft, frameId, state, run } = executing;
  const seconds = await numberField(executing, 'Seconds', state.Seconds, state.SecondsPath);
  if (seconds !== undefined) {
    return draft.at + Math.ceil(seconds * 1000);
  }
  if (state.TimestampPath !== undefined) {
    const scope = stateScope(draft, frameId, effectiveInput(executing));
    const found = applyPath(state.TimestampPath, scope, { stateName: run.name, field: 'TimestampPath' });
    return momentOf(found, 'TimestampPath', state.TimestampPath);
  }
  const text = state.Timestamp ?? '';
  if (state.QueryLanguage === 'JSONPath') {
    return momentOf(text, 'Timestamp', text);
  }
  const scope = stateScope(draft, frameId, run.input);
  const found = await evaluateJsonataAs(text, 'string', scope, { stateName: run.name, field: 'Timestamp' });
  return momentOf(found, 'Timestamp', text, true);
}

function momentOf(found: Json, field: 'Timestamp' | 'TimestampPath', written: string, expression = false): number {
  const at = typeof found === 'string' && TIMESTAMP.test(found) ? Date.parse(found.toUpperCase()) : Number.NaN;
  if (!Number.isNaN(at)) {
    return at;
  }
  const value = typeof found === 'string' ? found : jsonText(found);
  if (expression) {
    throw new StatesError(
      'States.QueryEvaluationError',
      `The ${field} field cannot be parsed as an ISO-8601 extended offset date-time format string: ${value}`,
      { location: field, ofValue: true },
    );
  }
  throw new StatesError(
    'States.Runtime',
    `The ${field} parameter does not reference a valid ISO-8601 extended offset date-time format string: ${written} == ${value}`,
  );
}
