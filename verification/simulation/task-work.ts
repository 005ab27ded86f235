import type { Json, TaskTarget } from 'resilient-stepfunctions/core';
import { DYNAMODB_ERRORS, LAMBDA_ERRORS } from './call-errors.ts';
import type { ModelOrders, UpdateRequest } from './model-orders.ts';
import { atOnce } from './operation.ts';
import { type FunctionServices, runSagaFunction, type SagaPayload } from './saga-functions.ts';
import type { SimulatedCall } from './simulated-call.ts';

/** What a task's call does at the other end, and what can go wrong with it. */
export type TaskWork = (target: TaskTarget, input: Json) => Pick<SimulatedCall<Json>, 'place' | 'effect' | 'errors'>;

/** The two kinds of tasks that the order saga has: direct writes to the orders table, and functions. */
export function taskWork(orders: ModelOrders, services: FunctionServices): TaskWork {
  return (target, input) => {
    if (target.kind === 'INTEGRATION' && target.service === 'dynamodb') {
      const write = (): Json => {
        orders.update(input as unknown as UpdateRequest);
        return {};
      };
      return { place: 'orders', errors: DYNAMODB_ERRORS, effect: () => atOnce(write) };
    }
    const { FunctionName, Payload } = input as unknown as { FunctionName: string; Payload: SagaPayload };
    return { place: FunctionName, errors: LAMBDA_ERRORS, effect: () => invoked(FunctionName, Payload, services) };
  };
}

async function* invoked(name: string, payload: SagaPayload, services: FunctionServices) {
  return { StatusCode: 200, Payload: (yield* runSagaFunction(name, payload, services)) as Json };
}
