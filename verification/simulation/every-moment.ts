import type { ModelServices } from './model-services.ts';
import type { SimulatedStepFunctions } from './simulated-step-functions.ts';

/** What must hold at every moment, and not only when all has come to rest; one sentence for each thing that does not. */
export function findMomentaryBreaches(
  { inventory, orders }: ModelServices,
  { executions }: SimulatedStepFunctions,
): readonly string[] {
  const breaches: string[] = [];
  if (!inventory.isBalanced()) {
    breaches.push(`stock at every moment: ${JSON.stringify(inventory.items())}`);
  }
  for (const { orderId, waitsUnder } of executions.values()) {
    if (waitsUnder === undefined || orders.read(orderId, 'status') !== 'AWAITING_PAYMENT') {
      continue;
    }
    if (orders.read(orderId, 'task_token') === waitsUnder) {
      continue;
    }
    breaches.push(`a live token can be told: order ${orderId}: its saga waits under a token that nobody knows`);
  }
  return breaches;
}
