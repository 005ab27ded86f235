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

/** A process that can be killed. */
export type KillableProcess = 'engine' | 'inventory' | 'payment' | 'dynamodb';

/** A process of the stack, and where it stands. */
export type ListedProcess = { readonly process: KillableProcess; readonly restarts: number } & (
  | {
      readonly state: 'running';
      readonly pid: number;
      /** ISO time. */
      readonly since: string;
    }
  | { readonly state: 'restarting' }
);

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
  readonly processes: readonly ListedProcess[];
}

/** What a change is answered with. */
export interface Changed extends Laboratory {
  /** The process that was killed, where one was asked for. */
  readonly killed?: { readonly process: KillableProcess; readonly pid: number };
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

/** Changes something in the laboratory; a failure is announced, and resolves with undefined. */
export async function change({ token }: Laboratory, path: string, body: object): Promise<Changed | undefined> {
  try {
    return await post<Changed>(`/laboratory/${path}`, body, { 'X-Laboratory-Token': token });
  } catch (failure) {
    announce(failure instanceof ApiError ? failure.message : String(failure), { isFailure: true });
    return undefined;
  }
}
