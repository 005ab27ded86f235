import { type Tone, ToneSign, words } from 'resilient-stepfunctions/console';
import type { OrderStatus, RefundStatus } from '../api/answers.ts';

/** The tone of an order's status. */
export function toneOf(status: OrderStatus): Tone {
  switch (status) {
    case 'PENDING':
    case 'RESERVED':
    case 'AUTHORIZED':
    case 'PAID':
      return 'forward';
    case 'AWAITING_PAYMENT':
      return 'waiting';
    case 'CONFIRMED':
      return 'done';
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
      return 'undone';
    case 'NEEDS_ATTENTION':
      return 'parked';
  }
}

const REFUND_TONES: Readonly<Record<RefundStatus, Tone>> = {
  REQUESTED: 'forward',
  SUCCEEDED: 'done',
  DECLINED: 'undone',
  NEEDS_ATTENTION: 'parked',
};

/** How a refund stands. */
export function RefundState({ status }: { readonly status: RefundStatus }) {
  const tone = REFUND_TONES[status];
  return (
    <span class={`status tone-${tone}`}>
      <ToneSign tone={tone} />
      {words(status)}
    </span>
  );
}

/** An order's status. */
export function Status({ status }: { readonly status: OrderStatus }) {
  const tone = toneOf(status);
  return (
    <span class={`status tone-${tone}`}>
      <ToneSign tone={tone} />
      {words(status)}
    </span>
  );
}
