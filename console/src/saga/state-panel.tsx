import type { Execution, SagaState } from '../api/answers.ts';
import { Json } from '../components/json.tsx';
import { Empty } from '../components/notice.tsx';
import { Time } from '../components/time.tsx';
import { stepName } from '../format.ts';
import { UNDOES } from './lanes.ts';
import { LOOK_WORDS, lookOf } from './state-shape.tsx';

/** What is known of one state. */
export function StatePanel({ state }: { readonly state: SagaState | undefined }) {
  if (state === undefined) {
    return <Empty>Choose a step to see what it was given and what it answered.</Empty>;
  }
  const undone = UNDOES[state.name];
  return (
    <>
      <h3>
        {stepName(state.name)} <span class={`look-${lookOf(state)} muted`}>{LOOK_WORDS[lookOf(state)]}</span>
      </h3>
      {state.comment !== undefined && <p class="comment">{state.comment}</p>}
      <dl class="facts">
        {undone !== undefined && (
          <>
            <dt>undoes</dt>
            <dd>{stepName(undone)}</dd>
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

/** The execution's events, folded. */
export function Events({ execution }: { readonly execution: Execution }) {
  return (
    <details class="card events">
      <summary>
        Events <span class="muted">{execution.events.length}</span>
      </summary>
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                Id
              </th>
              <th scope="col">At</th>
              <th scope="col">Event</th>
              <th scope="col">Step</th>
            </tr>
          </thead>
          <tbody>
            {execution.events.toReversed().map(({ id, at, type, state }) => (
              <tr key={id}>
                <td class="number">{id}</td>
                <td class="number">
                  <Time at={at} withMs />
                </td>
                <td>{type}</td>
                <td>{state ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
