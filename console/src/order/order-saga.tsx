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
import type { Execution, OrderDetails, SagaHistory } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { place } from '../navigation.tsx';
import { drawOrderSaga, drawRefundSaga } from '../saga/drawing.ts';
import { ORDER_PLACES, placeOf, REFUND_PLACES, UNDOES } from '../saga/lanes.ts';
import { SagaChoice } from './saga-choice.tsx';

const ORDER_SAGA = {
  draw: drawOrderSaga,
  places: ORDER_PLACES,
  shapes: { forward: 'step', waiting: 'waits for somebody', undo: 'undoes', parking: 'needs attention' },
};

const REFUND_SAGA = {
  draw: drawRefundSaga,
  places: REFUND_PLACES,
  shapes: { forward: 'step', undo: 'declines', parking: 'needs attention' },
};

/** Properties of the sagas of an order. */
export interface OrderSagaProperties {
  readonly order: OrderDetails;
  readonly everyMs: number;
}

/** The saga of an order, or of the refund that the address names: its drawing, its steps, and what is known of the chosen one. */
export function OrderSaga({ order, everyMs }: OrderSagaProperties) {
  const refundId = place.value.query.get('refund') ?? undefined;
  return <Saga key={refundId} order={order} refundId={refundId} everyMs={everyMs} />;
}

function Saga({ order, refundId, everyMs }: OrderSagaProperties & { readonly refundId: string | undefined }) {
  const [run, setRun] = useState<number>();
  const query = new URLSearchParams({
    order_id: order.order_id,
    ...(refundId !== undefined && { refund_id: refundId }),
    ...(run !== undefined && { run: String(run) }),
  });
  const { data, error } = usePolled<SagaHistory>(`/orders/saga?${query}`, everyMs);
  const { draw, places, shapes } = refundId === undefined ? ORDER_SAGA : REFUND_SAGA;
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
          <h2 id="saga-title">{refundId === undefined ? 'Saga' : 'Saga of a refund'}</h2>
          <SagaChoice order={order} refundId={refundId} />
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
            reconciliation starts another where the {refundId === undefined ? 'order' : 'refund'} needs one.
          </Empty>
        )}
        {execution !== undefined && execution.states.length > 0 && (
          <>
            <Graph label="The saga's steps" sequence={execution} draw={draw} chosen={chosen} onChoose={setChosen} />
            <Legend names={shapes} />
          </>
        )}
      </section>
      {execution !== undefined && execution.states.length > 0 && (
        <>
          <div class="columns wide-first">
            <section class="card flush" aria-label="Steps">
              <StepsTable
                sequence={execution}
                roleOf={({ name, type }) => placeOf(places, name, type).role}
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
