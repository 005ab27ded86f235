import {
  createExecution,
  type Effect,
  type Execution,
  type ExecutionEvent,
  type Json,
  parseDefinition,
  step,
} from 'resilient-stepfunctions/core';
import { Random } from 'resilient-stepfunctions/random';

type Unstamped<Event> = Event extends ExecutionEvent ? Omit<Event, 'at' | 'entropy'> : never;
/** An event before it gets its time and entropy. */
type UnstampedEvent = Unstamped<ExecutionEvent>;

/** A function of a state machine: gets its payload, returns its result. */
export type VirtualFunction = (payload: unknown) => Promise<unknown>;

/** An execution on the engine's pure core, in virtual time: no wait takes any. */
export interface VirtualExecution {
  /** Runs until nothing is left to do. */
  readonly run: () => Promise<Execution>;
  /** As RedriveExecution does, once it has failed. */
  readonly redrive: () => Promise<Execution>;
  /** Names of the states that were entered, in sequence. */
  readonly path: readonly string[];
  /** Virtual milliseconds since the start. */
  readonly elapsedMs: () => number;
}

/**
 * Makes an execution of a state machine whose `${NameFunctionArn}` is the function `Name`.
 *
 * @param text the definition as JSON
 */
export function virtualExecution(
  text: string,
  input: object,
  functions: Readonly<Record<string, VirtualFunction>>,
): VirtualExecution {
  const definition = parseDefinition(text.replaceAll(/\$\{(\w+?)FunctionArn\}/g, '$1'));
  const random = new Random(1);
  const began = Date.UTC(2030, 0, 1);
  const path: string[] = [];
  const cancelled = new Set<string>();
  let now = began;
  let timers: readonly { readonly at: number; readonly timerId: string }[] = [];
  let execution = createExecution({
    arn: 'arn:aws:states:us-east-1:000000000000:execution:machine:name',
    name: 'name',
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
    stateMachineName: 'machine',
    type: 'STANDARD',
    roleArn: 'arn:aws:iam::000000000000:role/machine',
    input: JSON.stringify(input),
  });

  const apply = async (event: UnstampedEvent): Promise<void> => {
    const stamped = { ...event, at: now, entropy: random.digits() } as ExecutionEvent;
    const result = await step(definition, execution, stamped);
    execution = result.execution;
    for (const entry of result.history) {
      if ('stateEnteredEventDetails' in entry) {
        path.push(String(entry.stateEnteredEventDetails.name));
      }
    }
    for (const effect of result.effects) {
      await carryOut(effect);
    }
  };
  const carryOut = async (effect: Effect): Promise<void> => {
    switch (effect.type) {
      case 'RunTask':
        return apply(await taskOutcome(effect));
      case 'SetTimer':
        timers = [...timers, { at: effect.at, timerId: effect.timerId }];
        return;
      case 'CancelTimer':
        cancelled.add(effect.timerId);
        return;
      case 'CancelTask':
      case 'EndExecution':
        return;
    }
  };
  const taskOutcome = async ({ taskId, input: asked }: Extract<Effect, { type: 'RunTask' }>) => {
    const { FunctionName, Payload } = asked as { readonly FunctionName: string; readonly Payload: unknown };
    const work = functions[FunctionName];
    if (work === undefined) {
      throw new Error(`there is no function ${FunctionName}`);
    }
    try {
      const output = { StatusCode: 200, Payload: (await work(Payload)) as Json };
      return { type: 'TaskSucceeded', taskId, output } as const;
    } catch (error) {
      const { name, message } = error as Error;
      const cause = JSON.stringify({ errorType: name, errorMessage: message });
      return { type: 'TaskFailed', taskId, error: name, cause } as const;
    }
  };
  const runTimers = async (): Promise<Execution> => {
    for (;;) {
      const [next, ...later] = timers
        .filter(({ timerId }) => !cancelled.has(timerId))
        .toSorted((left, right) => left.at - right.at);
      if (next === undefined || execution.status !== 'RUNNING') {
        return execution;
      }
      timers = later;
      now = Math.max(now, next.at);
      await apply({ type: 'TimerFired', timerId: next.timerId });
    }
  };
  return {
    path,
    elapsedMs: () => now - began,
    run: async () => {
      await apply({ type: 'ExecutionStarted' });
      return runTimers();
    },
    redrive: async () => {
      await apply({ type: 'RedriveRequested' });
      return runTimers();
    },
  };
}
