import { ATTRIBUTES } from '../../../telemetry/attributes.ts';
import { traced } from '../../../telemetry/tracing.ts';
import type { PaymentProvider } from './payment-provider.ts';

/** Makes a span of each call of a provider, where spans are exported. */
export function tracedProvider(provider: PaymentProvider): PaymentProvider {
  return {
    authorize: (authorization, signal) => inSpan('authorize', () => provider.authorize(authorization, signal)),
    find: (key, signal) => inSpan('find', () => provider.find(key, signal)),
    capture: (key, signal) => inSpan('capture', () => provider.capture(key, signal)),
    void: (key, signal) => inSpan('void', () => provider.void(key, signal)),
    refund: (refund, signal) => inSpan('refund', () => provider.refund(refund, signal)),
    findRefund: (refund, signal) => inSpan('findRefund', () => provider.findRefund(refund, signal)),
    decide: (decision, signal) => inSpan('decide', () => provider.decide(decision, signal)),
  };
}

function inSpan<Answer>(operation: keyof PaymentProvider, call: () => Promise<Answer>): Promise<Answer> {
  const attributes = { [ATTRIBUTES.PAYMENT_PROVIDER_OPERATION]: operation };
  return traced({ name: `provider ${operation}`, kind: 'CLIENT', onlyAsChild: true, attributes }, call);
}
