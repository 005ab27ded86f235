import {
  InsufficientFundsError,
  InvalidPaymentMethodError,
  PaymentDeclinedError,
  PaymentMismatchError,
} from '../../functions/common/errors.ts';
import type { PaymentAuthorizer } from '../../functions/orders/payment-settlement.ts';
import type { ModelPayment } from './model-payment.ts';
import type { Reach } from './reach.ts';
import { Refusal } from './refusal.ts';

/** What the functions' client makes of the service's refusals that end an authorization; others keep their name alone. */
const REFUSALS = { InsufficientFundsError, InvalidPaymentMethodError, PaymentDeclinedError, PaymentMismatchError };

function isKnown(name: string): name is keyof typeof REFUSALS {
  return name in REFUSALS;
}

/** The functions' client of Payment, over the faulty network. */
export function simulatedPaymentClient(payment: ModelPayment, reach: Reach): PaymentAuthorizer {
  return {
    authorize: async ({ orderId, paymentId, method, amount }) => {
      if (amount === undefined) {
        throw new Error('an authorization without an amount');
      }
      try {
        const paid = await reach('payment', () => payment.authorize(orderId, paymentId, method, amount.minorUnits));
        return { providerReference: paid.provider_reference };
      } catch (error) {
        if (error instanceof Refusal && isKnown(error.name)) {
          throw new REFUSALS[error.name](error.message);
        }
        throw error;
      }
    },
  };
}
