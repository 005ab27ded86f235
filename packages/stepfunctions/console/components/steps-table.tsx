import type { StateRole } from './drawing.ts';
import { duration, stepName } from './format.ts';
import type { SequenceView, StateView } from './model.ts';
import { LOOK_WORDS, lookOf } from './state-shape.tsx';
import { now, Time } from './time.tsx';

/** Properties of the table. */
export interface StepsTableProperties {
  readonly sequence: SequenceView;
  readonly roleOf: (state: StateView) => StateRole;
  readonly chosen: string | undefined;
  readonly onChoose: (state: string) => void;
}

/** The states that were reached, in the order of their last entry, with bars that show when and for how long. */
export function StepsTable({ sequence, roleOf, chosen, onChoose }: StepsTableProperties) {
  const reached = sequence.states
    .filter(({ entered_at }) => entered_at !== undefined)
    .toSorted((one, other) => startOf(one) - startOf(other));
  const first = reached[0] === undefined ? 0 : startOf(reached[0]);
  const last = Math.max(first + 1, ...reached.map(endOf));
  return (
    <table class="steps">
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Outcome</th>
          <th scope="col" class="number">
            Tries
          </th>
          <th scope="col">At</th>
          <th scope="col" class="bars">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {reached.map((state) => (
          <StepRow
            key={state.name}
            state={state}
            role={roleOf(state)}
            share={(time) => (time - first) / (last - first)}
            isChosen={state.name === chosen}
            onChoose={onChoose}
          />
        ))}
      </tbody>
    </table>
  );
}

interface StepRowProperties {
  readonly state: StateView;
  readonly role: StateRole;
  /** Where a time is on the bars' line, 0 to 1. */
  readonly share: (time: number) => number;
  readonly isChosen: boolean;
  readonly onChoose: (state: string) => void;
}

function StepRow({ state, role, share, isChosen, onChoose }: StepRowProperties) {
  const look = lookOf(state);
  const from = share(startOf(state));
  const width = Math.max(0.006, share(endOf(state)) - from);
  return (
    <tr class={isChosen ? 'chosen' : undefined}>
      <th scope="row">
        <button type="button" class="row-button" aria-pressed={isChosen} onClick={() => onChoose(state.name)}>
          {stepName(state.name)}
        </button>
      </th>
      <td class={`look-${look}`}>{LOOK_WORDS[look]}</td>
      <td class="number">{state.attempts > 0 ? state.attempts : ''}</td>
      <td class="number">{state.entered_at !== undefined && <Time at={state.entered_at} withMs />}</td>
      <td class="bars">
        <div>
          <span class="bar-line">
            <span
              class={`bar role-${role} look-${look}`}
              style={{ marginInlineStart: `${Math.min(from, 0.985) * 100}%`, width: `${width * 100}%` }}
            />
          </span>
          <span class="took">{duration(endOf(state) - startOf(state))}</span>
        </div>
      </td>
    </tr>
  );
}

function startOf({ entered_at }: StateView): number {
  return entered_at === undefined ? 0 : Date.parse(entered_at);
}

function endOf(state: StateView): number {
  const { exited_at, status } = state;
  if (status === 'RUNNING' || exited_at === undefined) {
    return now.value;
  }
  return Math.max(startOf(state), Date.parse(exited_at));
}
