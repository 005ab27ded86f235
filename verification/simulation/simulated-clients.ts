import {
  CustomerActionRequiredError,
  InsufficientFundsError,
  InvalidPaymentMethodError,
  PaymentAlreadyCapturedError,
  PaymentDeclinedError,
  PaymentMismatchError,
  PaymentNotFoundError,
  PaymentVoidedError,
  ReservationCommittedError,
} from '../../functions/common/errors.ts';
import type { ProviderEventDependencies } from '../../functions/orders/provider-event.ts';
import type { SagaRecoveryDependencies } from '../../functions/orders/saga-recovery.ts';
import { type Payment, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import type { ModelInventory } from './model-inventory.ts';
import type { ModelServices } from './model-services.ts';
import type { PaymentRecord } from './payment-records.ts';
import { atomically, type Operation, Refusal } from './simulated-call.ts';
import type { Transport } from './transport.ts';

/** Errors of the Payment service that the functions' client maps to classes of its own. */
const PAYMENT_ERRORS = {
  InsufficientFundsError,
  InvalidPaymentMethodError,
  PaymentAlreadyCapturedError,
  PaymentDeclinedError,
  PaymentMismatchError,
  PaymentNotFoundError,
  PaymentVoidedError,
};

function isKnown(name: string): name is keyof typeof PAYMENT_ERRORS {
  return name in PAYMENT_ERRORS;
}

/** A Payment client for the functions, over the faulty network. */
export function simulatedPaymentClient(
  { payment, paymentRecords }: Pick<ModelServices, 'payment' | 'paymentRecords'>,
  transport: Transport,
): ProviderEventDependencies['payment'] {
  const call = async <Output>(effect: () => Operation<Output>): Promise<Output> => {
    try {
      return await transport('payment', effect);
    } catch (error) {
      if (error instanceof Refusal && isKnown(error.name)) {
        throw new PAYMENT_ERRORS[error.name](error.message);
      }
      throw error;
    }
  };
  return {
    authorize: async ({ orderId, paymentId, method, amount }) => {
      if (amount === undefined) {
        throw new Error('an authorization without an amount');
      }
      const answer = await call(() => payment.authorize(orderId, paymentId, method, amount.minorUnits));
      if (answer.action_url !== undefined) {
        throw new CustomerActionRequiredError(answer.action_url);
      }
      return messageOf({ orderId, paymentId, state: 'AUTHORIZED' }, answer.provider_reference);
    },
    void: async ({ orderId }) => messageOf({ orderId, ...(await call(() => payment.void(orderId))) }),
    recordProviderEvent: async ({ orderId, paymentId }) =>
      messageOf(await call(() => payment.report(orderId, paymentId))),
    find: async ({ orderId }) => {
      const row = await call(() => atomically(() => paymentRecords.find(orderId)));
      if (row === undefined) {
        throw new PaymentNotFoundError('there is no payment');
      }
      return messageOf(row);
    },
  };
}

/** The payment as the service answers it, as far as the functions read it. */
function messageOf({ orderId, paymentId = '', state }: PaymentRecord, providerReference = ''): Payment {
  return {
    orderId,
    paymentId,
    state: PaymentState[state],
    providerReference,
    declineReason: '',
    actionUrl: '',
    amount: undefined,
    createdAt: undefined,
    updatedAt: undefined,
    captured: undefined,
    refunded: undefined,
    refunds: [],
  };
}

/** An Inventory client for the reconciliation, over the faulty network. */
export function simulatedInventoryClient(
  inventory: ModelInventory,
  transport: Transport,
): SagaRecoveryDependencies['inventory'] {
  const release = async ({ orderId }: { readonly orderId: string }): Promise<void> => {
    try {
      await transport('inventory', () => atomically(() => inventory.release(orderId)));
    } catch (error) {
      throw error instanceof Refusal && error.name === 'ReservationCommittedError'
        ? new ReservationCommittedError(error.message)
        : error;
    }
  };
  // The recovery reads no answer.
  return { release } as unknown as SagaRecoveryDependencies['inventory'];
}
