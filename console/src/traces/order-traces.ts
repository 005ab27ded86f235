import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import { credentials } from '../api/credentials.ts';
import { type Polled, usePolled } from '../api/polling.ts';
import type { OrderTraces } from './answer.ts';

/** Why these credentials get no traces: asked once, because neither AWS nor a customer will have any. */
const refused = signal<{ readonly credentials: string; readonly error: ApiError } | undefined>(undefined);

/** Spans arrive some seconds after their work, so also once the order is over and its page asks seldom. */
const ARRIVING_EVERY_MS = 1_000;
const SETTLED_AFTER_MS = 10_000;

/**
 * The traces of an order. The error's code says why there are none: `TRACES_OFF`, `TRACE_PUSHED_OUT` or `TRACE_NOT_FOUND`; any
 * other 404 or 403 means that there is no such call, as on AWS, or that it is not for customers.
 */
export function useTraces(orderId: string, everyMs: number): Polled<OrderTraces> {
  const [isSettled, setSettled] = useState(false);
  const known = refused.value?.credentials === credentials.value ? refused.value.error : undefined;
  const polled = usePolled<OrderTraces>(
    known === undefined ? `/laboratory/traces?order_id=${orderId}` : undefined,
    isSettled ? everyMs : ARRIVING_EVERY_MS,
  );
  const { data, error } = polled;
  useEffect(() => {
    setSettled(false);
    const timer = setTimeout(() => setSettled(true), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [data]);
  useEffect(() => {
    if (error !== undefined && isFinal(error)) {
      refused.value = { credentials: credentials.value, error };
    }
  }, [error]);
  return known === undefined ? polled : { ...polled, data: undefined, error: known };
}

/** Whether the answer is the same for every order, however the stack is started. */
function isFinal({ status, code }: ApiError): boolean {
  return status === 403 || (status === 404 && !isAboutTraces({ code }));
}

/** Whether an error says something about traces to those who may see them. */
export function isAboutTraces({ code }: Pick<ApiError, 'code'>): boolean {
  return code === 'TRACES_OFF' || code === 'TRACE_PUSHED_OUT' || code === 'TRACE_NOT_FOUND';
}
