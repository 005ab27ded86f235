import { createOrderSaga } from '../clients/order-saga.ts';
import { createStepFunctions } from '../clients/step-functions.ts';
import { readConfiguration } from '../common/configuration.ts';
import { once } from '../common/once.ts';

/** The process's access to the order saga's executions. */
export const orderSaga = once(() =>
  createOrderSaga(createStepFunctions(), readConfiguration(['ORDER_SAGA_ARN']).ORDER_SAGA_ARN),
);
