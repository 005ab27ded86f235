import type { Money } from '../../proto/gen/common/v1/money.ts';
import {
  type Payment as PaymentMessage,
  PaymentState,
  ProviderOutcome,
  type Refund as RefundMessage,
  RefundState,
} from '../../proto/gen/payment/v1/payment.ts';
import type { Payment } from './payment.ts';
import type { Charge } from './provider/payment-provider.ts';
import { type RefundEntry, refundedMinor, refundsOf } from './refund-entry.ts';

/** The payment as a message of the contract. */
export function paymentMessage(payment: Payment): PaymentMessage {
  const { state, amount_minor } = payment;
  const captured = state === 'CAPTURED' || state === 'REFUNDED';
  return {
    orderId: payment.order_id,
    paymentId: payment.payment_id ?? '',
    state: PaymentState[state],
    amount: money(payment, amount_minor),
    declineReason: payment.decline_reason ?? '',
    providerReference: payment.provider_reference ?? '',
    createdAt: new Date(payment.created_at),
    updatedAt: new Date(payment.updated_at),
    actionUrl: state === 'ACTION_REQUIRED' ? (payment.action_url ?? '') : '',
    captured: captured ? money(payment, amount_minor) : undefined,
    refunded: captured ? money(payment, refundedMinor(payment)) : undefined,
    refunds: refundsOf(payment).map((refund) => refundMessage(payment, refund)),
  };
}

/** What the provider reports about a charge once its customer has decided. */
export function providerOutcome({ state }: Charge): ProviderOutcome {
  switch (state) {
    case 'AUTHORIZED':
    case 'CAPTURED':
      return ProviderOutcome.AUTHORIZED;
    case 'DECLINED':
    case 'VOIDED':
      return ProviderOutcome.DECLINED;
    case 'ACTION_REQUIRED':
      return ProviderOutcome.UNSPECIFIED;
  }
}

function refundMessage(payment: Payment, refund: RefundEntry): RefundMessage {
  return {
    refundId: refund.refund_id,
    amount: money(payment, refund.amount_minor),
    state: RefundState[refund.state],
    reason: refund.reason,
    declineReason: refund.state === 'DECLINED' ? 'REFUND_DECLINED' : '',
    createdAt: new Date(refund.created_at),
    updatedAt: new Date(refund.updated_at),
  };
}

function money({ currency }: Payment, minorUnits: number | undefined): Money | undefined {
  return minorUnits === undefined || currency === undefined ? undefined : { minorUnits, currency };
}
