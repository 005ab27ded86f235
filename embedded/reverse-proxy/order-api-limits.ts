import { ConcurrencyLimit } from './concurrency-limit.ts';

/** Chooses the limit of a request by its URL, in any spelling. Undefined: the request is always admitted. */
export type LimitChoice = (url: string) => ConcurrencyLimit | undefined;

/** The limits of an API, and whether it is crowded. */
export interface ApiLimits {
  readonly limitOf: LimitChoice;
  /**
   * Whether so many orders are being placed that their sagas have to wait; then an order stays PENDING for seconds.
   *
   * @param now in milliseconds of a clock that never goes back
   */
  readonly isCrowded: (now: number) => boolean;
}

/** So many are placed at a time only in a spike, because placing takes 10 ms without one. A moment with fewer is no end of it. */
const CROWD = 8;
const CROWD_STAYS_MS = 1_000;

/** Where the embedded stack shows its metrics. */
export const METRICS_PATH = '/metrics';

/** The path below which the embedded stack lets its operator break things on purpose; see embedded/laboratory. */
export const LABORATORY_PATH = '/laboratory';

/** Whether a path is the laboratory's. */
export function isLaboratory(path: string | undefined): boolean {
  return path === LABORATORY_PATH || path?.startsWith(`${LABORATORY_PATH}/`) === true;
}

/**
 * The limits of the order API. Payments, and calls of operators that ask Step Functions, have their own: they wait for others,
 * so their latency says nothing about the load on the API. Orders and other requests take 5 to 10 ms. Beyond their targets they
 * wait for each other (see docs/performance.md). Each of the two has its own limit, so that neither turns the other away. Questions
 * for an order's status are counted apart, because they are answered from memory in a spike (pending-answers.ts).
 */
export function orderApiLimits(): ApiLimits {
  const placing = new ConcurrencyLimit({ min: 12, max: 256, targetMs: 120 });
  const quick = new ConcurrencyLimit({ min: 8, max: 256, targetMs: 120 });
  const asking = new ConcurrencyLimit({ min: 8, max: 256, targetMs: 120 });
  const slow = new ConcurrencyLimit({ min: 32, max: 64, targetMs: 10_000 });
  const limitOf: LimitChoice = (url) => {
    const path = requestPath(url);
    // Whoever turns a fault back must get through, however busy the API is.
    if (isLaboratory(path)) {
      return undefined;
    }
    switch (path) {
      case '/health':
      case '/health/ready':
      case METRICS_PATH:
        return undefined;
      case '/orders/place':
        return placing;
      case '/orders/status':
        return asking;
      case '/payment/pay':
      case '/payment/events':
      case '/payment/action':
      case '/orders/redrive':
      case '/orders/abandon':
      case '/orders/saga':
        return slow;
      default:
        return quick;
    }
  };
  let crowdedUntil = Number.NEGATIVE_INFINITY;
  return {
    limitOf,
    isCrowded: (now) => {
      if (placing.inFlight >= CROWD) {
        crowdedUntil = now + CROWD_STAYS_MS;
      }
      return now < crowdedUntil;
    },
  };
}

/** Escapes of characters that need no escape in a path. */
const NEEDLESS_ESCAPE = /%(?:2[146-9A-E]|3[\dABD]|4[\dA-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/g;

/**
 * The path of a request target as serverless-offline's router (hapi) reads it: without query, needless escapes, dot segments
 * and trailing slash. Undefined when the target has no path, such as `*`.
 */
export function requestPath(target: string): string | undefined {
  const path = rawPath(target)
    ?.replace(/%[\da-f]{2}/gi, (escaped) => escaped.toUpperCase())
    .replace(NEEDLESS_ESCAPE, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)));
  const plain = path === undefined ? undefined : withoutDotSegments(path);
  return plain !== undefined && plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

function rawPath(target: string): string | undefined {
  if (target.startsWith('/')) {
    return /^[^?#]*/.exec(target)?.[0];
  }
  // The absolute form that clients send to a proxy: http://host/path.
  return URL.canParse(target) ? new URL(target).pathname : undefined;
}

function withoutDotSegments(path: string): string {
  if (!path.includes('/.')) {
    return path;
  }
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') {
      kept.pop();
    } else if (segment !== '.') {
      kept.push(segment);
    }
  }
  const last = segments.at(-1);
  if (last === '.' || last === '..') {
    kept.push('');
  }
  const joined = kept.join('/');
  return joined.startsWith('/') ? joined : `/${joined}`;
}
