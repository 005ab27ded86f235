import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { announce } from 'resilient-stepfunctions/console';
import { ApiError, post } from '../api/client.ts';
import { credentials } from '../api/credentials.ts';
import { type Polled, usePolled } from '../api/polling.ts';

/** A service with dials. */
export type DialledService = 'inventory' | 'payment';

/** What goes wrong with a service's calls, on purpose. */
export interface FaultRates {
  readonly error_percent: number;
  readonly lose_reply_percent: number;
  readonly latency_ms: number;
}

/** How long failed steps are tried again. */
export type RetryPatience = 'as_deployed' | 'quick';

/** `GET /laboratory`: what of the stack can be broken on purpose, and what is. */
export interface Laboratory {
  /** Goes with every change. */
  readonly token: string;
  readonly patience: RetryPatience;
  readonly faults: {
    /** Why there are no dials. */
    readonly unavailable?: string;
    readonly services: readonly (FaultRates & { readonly service: DialledService })[];
  };
}

const EVERY_MS = 1_000;

/** The credentials with which there was no laboratory: on AWS, on LocalStack, and for customers. */
const absentFor = signal<string | undefined>(undefined);
const isAbsent = computed(() => absentFor.value === credentials.value);

/** What of the stack can be broken on purpose; undefined data where nothing can, which is asked once. */
export function useLaboratory(): Polled<Laboratory> {
  const polled = usePolled<Laboratory>(isAbsent.value ? undefined : '/laboratory', EVERY_MS);
  const status = polled.error?.status;
  useEffect(() => {
    if (status === 404 || status === 403) {
      absentFor.value = credentials.value;
    }
  }, [status]);
  return isAbsent.value ? { ...polled, data: undefined, error: undefined } : polled;
}

/** Changes something in the laboratory; a failure is announced. Resolves with whether it was done. */
export async function change({ token }: Laboratory, path: string, body: object): Promise<boolean> {
  try {
    await post(`/laboratory/${path}`, body, { 'X-Laboratory-Token': token });
    return true;
  } catch (failure) {
    announce(failure instanceof ApiError ? failure.message : String(failure), { isFailure: true });
    return false;
  }
}
