import { createPaymentClient } from '../clients/payment-client.ts';
import { once } from '../common/once.ts';
import { grpcOptionsFromEnvironment } from './grpc-options.ts';

/** The process's client of the payment service. */
export const payment = once(() => createPaymentClient(grpcOptionsFromEnvironment('PAYMENT_GRPC_URL')));
