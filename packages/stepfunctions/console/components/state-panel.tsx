import { stepName } from './format.ts';
import { Json } from './json.tsx';
import type { StateView } from './model.ts';
import { Empty } from './notice.tsx';
import { LOOK_WORDS, lookOf } from './state-shape.tsx';
import { Time } from './time.tsx';

/** Properties of the panel. */
export interface StatePanelProperties {
  readonly state: StateView | undefined;
  /** The step whose effect this one takes back. */
  readonly undoes?: string | undefined;
}

/** What is known of one state. */
export function StatePanel({ state, undoes }: StatePanelProperties) {
  if (state === undefined) {
    return <Empty>Choose a step to see what it was given and what it answered.</Empty>;
  }
  return (
    <>
      <h3>
        {stepName(state.name)} <span class={`look-${lookOf(state)} muted`}>{LOOK_WORDS[lookOf(state)]}</span>
      </h3>
      {state.comment !== undefined && <p class="comment">{state.comment}</p>}
      <dl class="facts">
        {undoes !== undefined && (
          <>
            <dt>undoes</dt>
            <dd>{stepName(undoes)}</dd>
          </>
        )}
        {state.attempts > 0 && (
          <>
            <dt>tries</dt>
            <dd>{state.attempts}</dd>
          </>
        )}
        {state.entered_at !== undefined && (
          <>
            <dt>entered</dt>
            <dd>
              <Time at={state.entered_at} withMs />
            </dd>
          </>
        )}
        {state.retried_by !== undefined && (
          <>
            <dt>next try by</dt>
            <dd>
              <Time at={state.retried_by} />
            </dd>
          </>
        )}
      </dl>
      {state.error !== undefined && (
        <div class="error-box">
          <b>{state.error.name}</b>
          {state.error.message !== undefined && <p>{state.error.message}</p>}
        </div>
      )}
      {state.input !== undefined && <Json title="Input" value={state.input} />}
      {state.output !== undefined && <Json title="Output" value={state.output} />}
      {state.error !== undefined && <Json title="Error" value={state.error} />}
    </>
  );
}
