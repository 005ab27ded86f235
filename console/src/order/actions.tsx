import { useState } from 'preact/hooks';
import { announce, Decision, stepName } from 'resilient-stepfunctions/console';
import type { OrderDetails, RedriveOutcome } from '../api/answers.ts';
import { ApiError, post } from '../api/client.ts';
import { money } from '../format.ts';
import { RefundDialog, refundableOf } from './refund-dialog.tsx';
import { hasReturnablePieces } from './refund-pieces.tsx';

type Action = 'cancel' | 'redrive' | 'abandon' | 'refund';

/** Properties of the actions. */
export interface ActionsProperties {
  readonly order: OrderDetails;
  readonly onChanged: () => void;
}

/** What can be done with an order as it stands; each says before what it will do. */
export function Actions({ order, onChanged }: ActionsProperties) {
  const [open, setOpen] = useState<Action>();
  const isParked = order.status === 'NEEDS_ATTENTION';
  const canCancel =
    ['PENDING', 'RESERVED', 'AWAITING_PAYMENT'].includes(order.status) && order.cancel_requested !== true;
  const hasParkedRefund = order.refunds?.some(({ status }) => status === 'NEEDS_ATTENTION') === true;
  const canRefund = order.status === 'CONFIRMED' && (refundableOf(order) > 0 || hasReturnablePieces(order));
  const close = (): void => {
    setOpen(undefined);
    onChanged();
  };
  return (
    <div class="buttons actions">
      {canCancel && (
        <button type="button" class="quiet" onClick={() => setOpen('cancel')}>
          Cancel …
        </button>
      )}
      {canRefund && (
        <button type="button" class="quiet" onClick={() => setOpen('refund')}>
          Refund …
        </button>
      )}
      {(isParked || hasParkedRefund) && (
        <button type="button" class="main" onClick={() => setOpen('redrive')}>
          {isParked ? 'Redrive …' : 'Redrive the refund …'}
        </button>
      )}
      {isParked && (
        <button type="button" class="grave" onClick={() => setOpen('abandon')}>
          Give up …
        </button>
      )}
      {open === 'cancel' && <Cancel order={order} onClose={close} />}
      {open === 'redrive' && <Redrive order={order} onClose={close} />}
      {open === 'refund' && <RefundDialog order={order} onClose={close} />}
      {open === 'abandon' && <Abandon order={order} onClose={close} />}
    </div>
  );
}

interface DialogProperties {
  readonly order: OrderDetails;
  readonly onClose: () => void;
}

function Cancel({ order, onClose }: DialogProperties) {
  return (
    <Decision
      title="Cancel the order?"
      decision="Cancel the order"
      isGrave
      onClose={onClose}
      onDecide={async () => {
        await post('/orders/cancel', { order_id: order.order_id });
        announce('The order is being cancelled.');
      }}
    >
      <p>
        Its saga gives the held stock back, and the order ends as cancelled. It cannot be paid any more, and this cannot
        be undone.
      </p>
    </Decision>
  );
}

function Redrive({ order, onClose }: DialogProperties) {
  const parkedRefund = order.refunds?.find(({ status }) => status === 'NEEDS_ATTENTION');
  const step = stepName(order.parked_step ?? parkedRefund?.parked_step ?? 'the parked step');
  return (
    <Decision
      title="Redrive the order?"
      decision="Redrive"
      onClose={onClose}
      onDecide={async () => {
        const { refused } = await post<RedriveOutcome>('/orders/redrive', { order_ids: [order.order_id] });
        const [refusal] = refused;
        if (refusal !== undefined) {
          throw new ApiError(409, 'REFUSED', `Not redriven: ${refusal.why}.`);
        }
        announce('Redriven: the saga goes on.');
      }}
    >
      <p>
        The saga repeats <b>{step}</b> with all its tries and goes on from there. Nothing that succeeded is done twice.
        If the cause is not mended, the order parks again.
      </p>
    </Decision>
  );
}

function Abandon({ order, onClose }: DialogProperties) {
  return (
    <Decision
      title="Give the order up?"
      decision="Give it up"
      isGrave
      asks={{ label: 'Why', hint: 'For operators. The customer does not read it.' }}
      onClose={onClose}
      onDecide={async (reason) => {
        await post('/orders/abandon', { order_id: order.order_id, reason });
        announce('The order is being given up: money first, then stock.');
      }}
    >
      <p>
        The saga gives back the money{order.amount === undefined ? '' : ` (${money(order.amount)}, if it was taken)`},
        then the stock, and closes the order as rejected. This cannot be undone.
      </p>
    </Decision>
  );
}
