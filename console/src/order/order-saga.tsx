import { useState } from 'preact/hooks';
import {
  Empty,
  Events,
  Failure,
  Graph,
  Json,
  Legend,
  Loading,
  StatePanel,
  StepsTable,
  words,
} from 'resilient-stepfunctions/console';
import type { Execution, SagaHistory } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { drawSaga } from '../saga/drawing.ts';
import { placeOf, UNDOES } from '../saga/lanes.ts';

const SHAPE_NAMES = {
  forward: 'step',
  waiting: 'waits for somebody',
  undo: 'undoes',
  parking: 'needs attention',
} as const;

/** The saga of an order: its drawing, its steps, and what is known of the chosen one. */
export function OrderSaga({ orderId, everyMs }: { readonly orderId: string; readonly everyMs: number }) {
  const [run, setRun] = useState<number>();
  const query = run === undefined ? '' : `&run=${run}`;
  const { data, error } = usePolled<SagaHistory>(`/orders/saga?order_id=${orderId}${query}`, everyMs);
  const [chosen, setChosen] = useState<string>();
  if (error?.code === 'FORBIDDEN') {
    // A customer: the saga is for operators.
    return null;
  }
  const execution = data?.execution;
  const shown = execution && (execution.states.find(({ name }) => name === chosen) ?? currentState(execution));
  return (
    <>
      <section class="card" aria-labelledby="saga-title">
        <div class="section-head">
          <h2 id="saga-title">Saga</h2>
          {data !== undefined && data.runs > 1 && (
            <Runs shown={data.run} count={data.runs} onChoose={(wanted) => setRun(wanted)} />
          )}
          {execution !== undefined && <ExecutionFacts execution={execution} traceId={data?.trace_id} />}
        </div>
        <Failure error={error} />
        {execution === undefined && error === undefined && <Loading lines={6} />}
        {execution !== undefined && execution.states.length === 0 && (
          <Empty>
            Step Functions does not know this execution{data !== undefined && data.runs > 1 ? ' any more' : ' yet'}. The
            reconciliation starts another where the order needs one.
          </Empty>
        )}
        {execution !== undefined && execution.states.length > 0 && (
          <>
            <Graph label="The saga's steps" sequence={execution} draw={drawSaga} chosen={chosen} onChoose={setChosen} />
            <Legend names={SHAPE_NAMES} />
          </>
        )}
      </section>
      {execution !== undefined && execution.states.length > 0 && (
        <>
          <div class="columns wide-first">
            <section class="card flush" aria-label="Steps">
              <StepsTable
                sequence={execution}
                roleOf={({ name, type }) => placeOf(name, type, 0).role}
                chosen={chosen}
                onChoose={setChosen}
              />
            </section>
            <section class="card panel" aria-label="Chosen step">
              <StatePanel state={shown} undoes={shown && UNDOES[shown.name]} />
            </section>
          </div>
          <Events events={execution.events} />
        </>
      )}
    </>
  );
}

/** The state that people want to see first: what stopped, what runs, or what went wrong last. */
function currentState({ states }: Execution) {
  const latest = states.toSorted((one, other) => (other.entered_at ?? '').localeCompare(one.entered_at ?? ''));
  return (
    latest.find(({ status }) => status === 'CAUGHT') ?? latest.find(({ status }) => status === 'RUNNING') ?? latest[0]
  );
}

interface ExecutionFactsProperties {
  readonly execution: Execution;
  readonly traceId: string | undefined;
}

function ExecutionFacts({ execution, traceId }: ExecutionFactsProperties) {
  const { status, redrive_count, input, output, error } = execution;
  return (
    <details class="execution-facts">
      <summary>
        execution {words(status)}
        {redrive_count > 0 && `, redriven ${redrive_count}×`}
      </summary>
      <div class="floating">
        {error !== undefined && (
          <p class="error-box">
            <b>{error.name}</b> {error.message}
          </p>
        )}
        {traceId !== undefined && (
          <p>
            Trace <code>{traceId}</code>
          </p>
        )}
        {input !== undefined && <Json title="Input" value={input} isOpen />}
        {output !== undefined && <Json title="Output" value={output} isOpen />}
      </div>
    </details>
  );
}

interface RunsProperties {
  readonly shown: number;
  readonly count: number;
  readonly onChoose: (run: number) => void;
}

function Runs({ shown, count, onChoose }: RunsProperties) {
  return (
    <label class="runs">
      Execution
      <select value={shown} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {Array.from({ length: count }, (_, run) => (
          <option key={run} value={run}>
            {run + 1} of {count}
          </option>
        ))}
      </select>
    </label>
  );
}
