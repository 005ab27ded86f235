import { useState } from 'preact/hooks';
import { Ago, Decision, Failure, Loading, stepName, ToneSign } from 'resilient-stepfunctions/console';
import type { ListedOrder, OrderList, RedriveOutcome } from '../api/answers.ts';
import { postWithMeta } from '../api/client.ts';
import { usePolled } from '../api/polling.ts';
import { money, shortId } from '../format.ts';
import { Link } from '../navigation.tsx';
import { RedriveOutcomes } from './redrive-outcomes.tsx';

const EVERY_MS = 2_000;
const NO_STEP = 'unknown';

type Redrive = { readonly order: ListedOrder } | { readonly step: string; readonly count: number };

/** What is parked, by step and cause; the oldest first, because it has waited longest. */
export function AttentionPage() {
  const { data: parked, error, refresh } = usePolled<OrderList>('/orders?status=NEEDS_ATTENTION&limit=100', EVERY_MS);
  const refunds = usePolled<OrderList>('/orders?refunds=NEEDS_ATTENTION&limit=100', EVERY_MS);
  const [asked, setAsked] = useState<Redrive>();
  const [outcomes, setOutcomes] = useState<RedriveOutcome>();
  const data = refunds.data === undefined ? undefined : parked;
  const groups = Map.groupBy([...(data?.orders ?? []), ...(refunds.data?.orders ?? [])], stepOf);
  return (
    <>
      <div class="page-head">
        <h1>Attention</h1>
        <p class="muted">Orders that nothing moves until somebody does.</p>
      </div>
      <Failure error={error ?? refunds.error} />
      {outcomes !== undefined && <RedriveOutcomes outcome={outcomes} onClose={() => setOutcomes(undefined)} />}
      {data === undefined && (error ?? refunds.error) === undefined && <Loading />}
      {data !== undefined && groups.size === 0 && (
        <section class="card all-well">
          <ToneSign tone="done" />
          <p>
            <b>Nothing waits for you.</b> Every order moves or is over.
          </p>
        </section>
      )}
      {[...groups].map(([step, orders]) => (
        <section key={step} class="card flush parked-group" aria-labelledby={`step-${step}`}>
          <div class="section-head">
            <h2 id={`step-${step}`}>
              <ToneSign tone="parked" />
              {stepName(step)} <span class="muted">{orders.length}</span>
            </h2>
            {step !== NO_STEP && (
              <button type="button" class="main" onClick={() => setAsked({ step, count: orders.length })}>
                {orders.length === 1 ? 'Redrive it …' : `Redrive all ${orders.length} …`}
              </button>
            )}
          </div>
          <ParkedOrders orders={orders} onRedrive={(order) => setAsked({ order })} />
        </section>
      ))}
      {(data?.next_cursor ?? refunds.data?.next_cursor) !== undefined && (
        <p class="muted">The newest 100 are shown; there are more.</p>
      )}
      {asked !== undefined && (
        <RedriveDialog
          asked={asked}
          onDone={setOutcomes}
          onClose={() => {
            setAsked(undefined);
            refresh();
            refunds.refresh();
          }}
        />
      )}
    </>
  );
}

/** The step that waits: of the order's own saga, or of that of a refund. */
function stepOf({ parked_step, refund_parked_step }: ListedOrder): string {
  return parked_step ?? refund_parked_step ?? NO_STEP;
}

interface ParkedOrdersProperties {
  readonly orders: readonly ListedOrder[];
  readonly onRedrive: (order: ListedOrder) => void;
}

function ParkedOrders({ orders, onRedrive }: ParkedOrdersProperties) {
  const byCause = Map.groupBy(
    orders.toSorted((one, other) => one.created_at.localeCompare(other.created_at)),
    ({ reason, refund_parked_step }) =>
      reason ?? (refund_parked_step === undefined ? 'no cause is known' : 'a refund waits; its order says why'),
  );
  return (
    <>
      {[...byCause].map(([cause, same]) => (
        <div key={cause} class="cause">
          <p>{cause}</p>
          <ul>
            {same.map((order) => (
              <li key={order.order_id}>
                <Link to={`/orders/${order.order_id}`} class="id" label={`Order ${order.order_id}`}>
                  {shortId(order.order_id)}
                </Link>
                <span>{order.amount === undefined ? '' : money(order.amount)}</span>
                <span class="muted">
                  parked <Ago at={order.updated_at} />, placed <Ago at={order.created_at} />
                </span>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Redrive order ${shortId(order.order_id)}`}
                  onClick={() => onRedrive(order)}
                >
                  Redrive …
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

interface RedriveDialogProperties {
  readonly asked: Redrive;
  readonly onDone: (outcome: RedriveOutcome) => void;
  readonly onClose: () => void;
}

function RedriveDialog({ asked, onDone, onClose }: RedriveDialogProperties) {
  const isOne = 'order' in asked;
  const step = stepName(isOne ? stepOf(asked.order) : asked.step);
  const body = isOne ? { order_ids: [asked.order.order_id] } : { parked_step: asked.step };
  return (
    <Decision
      title={isOne ? `Redrive order ${shortId(asked.order.order_id)}?` : `Redrive all orders at ${step}?`}
      decision="Redrive"
      onClose={onClose}
      onDecide={async () => {
        const { data, meta } = await postWithMeta<RedriveOutcome>('/orders/redrive', body);
        onDone({ ...data, isMoreLeft: meta?.more === true });
      }}
    >
      <p>
        {isOne ? 'Its saga repeats' : 'Their sagas repeat'} <b>{step}</b> and {isOne ? 'goes' : 'go'} on from there.
        Nothing that succeeded is done twice. Mend the cause first: otherwise {isOne ? 'it parks' : 'they park'} again.
      </p>
    </Decision>
  );
}
