import { ConcurrencyLimit } from './concurrency-limit.ts';
import { requestPath } from './request-path.ts';

/** Which limit a request counts for, by its URL in whatever spelling; none for what must always be let in. */
export type LimitChoice = (url: string) => ConcurrencyLimit | undefined;

/**
 * The limits of the order API. Payments have one of their own: they wait for the saga, so how long they take says nothing
 * about how busy the API is. Quick requests take about 10 ms where nothing waits; beyond 50 ms they wait for each other (see
 * docs/performance.md).
 */
export function orderApiLimits(): LimitChoice {
  const quick = new ConcurrencyLimit({ least: 2, most: 256, targetMs: 50 });
  const payments = new ConcurrencyLimit({ least: 32, most: 64, targetMs: 10_000 });
  return (url) => {
    switch (requestPath(url)) {
      case '/health':
        return undefined;
      case '/payment/pay':
        return payments;
      default:
        return quick;
    }
  };
}
