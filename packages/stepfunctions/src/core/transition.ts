import type { Json, JsonObject } from '../language/json.ts';
import type { Draft } from './draft.ts';
import type { StateExited } from './history-event.ts';
import type { StateExit } from './input-output.ts';
import { exceedsPayloadLimit, jsonText } from './json-text.ts';
import { payloadTooLarge } from './state-failed.ts';
import { graphOf, stateNamed, stateOf } from './state-graph.ts';
import { withAssigned } from './variables.ts';

const WHOLE = { truncated: false };

/** Enters a state, which is executed in this step or, when the step has reached its limit, in the next. */
export function enterState(draft: Draft, frameId: string, name: string, input: Json): void {
  const state = stateNamed(draft, frameId, name);
  const before = draft.frame(frameId).lastEventId;
  const details = { name, input: jsonText(input), inputDetails: WHOLE };
  const entered = draft.advance(frameId, `${state.Type}StateEntered`, { stateEnteredEventDetails: details });
  const frame = draft.edit(frameId);
  frame.run = {
    name,
    input,
    enteredAt: draft.at,
    enteredEventId: entered,
    beforeEnteredEventId: before,
    attempts: [],
    retryCount: 0,
  };
  if (draft.spendState()) {
    draft.ready.push(frameId);
  } else {
    frame.run = { ...frame.run, activity: { kind: 'PAUSE', timer: draft.startTimer(draft.at) } };
  }
}

/** Enters the first state of a frame. */
export function enterFirstState(draft: Draft, frameId: string, input: Json): void {
  enterState(draft, frameId, graphOf(draft, frameId).StartAt, input);
}

/**
 * Leaves a frame's state for the next one, or ends the frame.
 *
 * @throws {StatesError} `States.DataLimitExceeded`; nothing has changed then
 */
export function leaveState(draft: Draft, frameId: string, exit: StateExit): void {
  const state = stateOf(draft, frameId);
  const name = draft.frame(frameId).run?.name ?? '';
  if (exceedsPayloadLimit(exit.output)) {
    throw payloadTooLarge(name);
  }
  if (state.Type === 'Fail') {
    throw new Error(`Fail state '${name}' cannot be left`);
  }
  const details = { name, output: jsonText(exit.output), outputDetails: WHOLE, ...assignedDetails(exit.assigned) };
  draft.advance(frameId, `${state.Type}StateExited`, { stateExitedEventDetails: details });
  const frame = draft.edit(frameId);
  if (exit.assigned !== undefined) {
    frame.variables = withAssigned(frame.variables, exit.assigned);
  }
  frame.run = undefined;
  if (exit.next !== undefined) {
    enterState(draft, frameId, exit.next, exit.output);
    return;
  }
  frame.end = { status: 'SUCCEEDED', output: exit.output };
  draft.ended.push(frameId);
}

type AssignedDetails = Pick<StateExited['stateExitedEventDetails'], 'assignedVariables' | 'assignedVariablesDetails'>;

function assignedDetails(assigned: JsonObject | undefined): AssignedDetails {
  if (assigned === undefined) {
    return {};
  }
  const texts = Object.entries(assigned).map(([name, value]) => [name, jsonText(value)] as const);
  return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: WHOLE };
}
