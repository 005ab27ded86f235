import { createHash } from 'node:crypto';
import { parseDefinition, type StateMachineDefinition } from '../../language/definition.ts';
import type { Json, JsonObject } from '../../language/json.ts';
import type { Effect } from '../effect.ts';
import type { EventCircumstances, ExecutionEvent } from '../event.ts';
import type { Execution, ExecutionType } from '../execution.ts';
import type { HistoryEvent, HistoryEventType } from '../history-event.ts';
import { createExecution, step } from '../step.ts';

type Unstamped<E> = E extends unknown ? Omit<E, keyof EventCircumstances> : never;
type Task = Extract<Effect, { readonly type: 'RunTask' }>;

/** How a scripted run is started. */
export interface ScriptedStart {
  readonly input?: Json;
  readonly type?: ExecutionType;
  /** The seed of the events' entropy, the same in every run by default. */
  readonly entropy?: string;
  /** States whose tasks a test case mocks. */
  readonly mockedStates?: readonly string[];
}

/** An execution that a test drives by hand. The test answers the tasks and lets time pass. */
export class ScriptedRun {
  readonly definition: StateMachineDefinition;
  readonly history: HistoryEvent[] = [];
  readonly childHistory = new Map<string, HistoryEvent[]>();
  execution: Execution;
  /** Milliseconds since the epoch. */
  now = Date.parse('2030-01-01T00:00:00Z');
  /** Running tasks, oldest first. */
  tasks: Task[] = [];
  #timers = new Map<string, number>();
  #events = 0;
  readonly #seed: string;

  private constructor(definition: JsonObject, start: ScriptedStart) {
    const { input = {}, type = 'STANDARD', entropy = '', mockedStates } = start;
    this.#seed = entropy;
    this.definition = parseDefinition(JSON.stringify(definition));
    this.execution = createExecution({
      arn: 'arn:aws:states:us-east-1:000000000000:execution:machine:run',
      name: 'run',
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
      stateMachineName: 'machine',
      type,
      roleArn: 'arn:aws:iam::000000000000:role/machine',
      input: JSON.stringify(input),
      ...(mockedStates && { testCase: 'Case', mockedStates }),
    });
  }

  static async start(definition: JsonObject, start: ScriptedStart = {}): Promise<ScriptedRun> {
    const run = new ScriptedRun(definition, start);
    await run.deliver({ type: 'ExecutionStarted' });
    return run;
  }

  /** The types of the history's events in order. */
  get types(): HistoryEventType[] {
    return this.history.map(({ type }) => type);
  }

  /** The output of the execution. */
  get output(): Json | undefined {
    return this.execution.output === undefined ? undefined : JSON.parse(this.execution.output);
  }

  /** Delivers an event to the core. The result passes through JSON text, as through a journal. */
  async deliver(event: Unstamped<ExecutionEvent>): Promise<void> {
    this.#events += 1;
    const entropy = createHash('sha256').update(`${this.#seed}${this.#events}`).digest('hex');
    const stamped = { ...event, at: this.now, entropy } as ExecutionEvent;
    const result = await step(this.definition, this.execution, stamped);
    this.execution = JSON.parse(JSON.stringify(result.execution));
    this.history.push(...result.history);
    for (const { executionArn, history } of result.childHistory) {
      this.childHistory.set(executionArn, [...(this.childHistory.get(executionArn) ?? []), ...history]);
    }
    for (const effect of result.effects) {
      this.#take(effect);
    }
  }

  /** Answers a running task: the oldest, or the one with this index. */
  async succeed(output: Json = {}, index = 0): Promise<void> {
    await this.deliver({ type: 'TaskSucceeded', taskId: this.#takeTask(index).taskId, output });
  }

  /** Fails a running task: the oldest, or the one with this index. */
  async fail(error: string, cause?: string, index = 0): Promise<void> {
    const failure = cause === undefined ? { error } : { error, cause };
    await this.deliver({ type: 'TaskFailed', taskId: this.#takeTask(index).taskId, ...failure });
  }

  /** Lets time pass; timers that come due fire one after the other. */
  async passSeconds(seconds: number): Promise<void> {
    const until = this.now + seconds * 1000;
    for (;;) {
      const [next] = [...this.#timers].filter(([, at]) => at <= until).toSorted(([, a], [, b]) => a - b);
      if (next === undefined) {
        break;
      }
      this.now = Math.max(this.now, next[1]);
      this.#timers.delete(next[0]);
      await this.deliver({ type: 'TimerFired', timerId: next[0] });
    }
    this.now = until;
  }

  /** The times until the timers fire, in seconds. */
  get timers(): number[] {
    return [...this.#timers.values()].map((at) => (at - this.now) / 1000).toSorted((a, b) => a - b);
  }

  #takeTask(index: number): Task {
    const [task] = this.tasks.splice(index, 1);
    if (task === undefined) {
      throw new Error(`No task is out; the execution is ${this.execution.status}`);
    }
    return task;
  }

  #take(effect: Effect): void {
    switch (effect.type) {
      case 'RunTask':
        this.tasks.push(effect);
        return;
      case 'CancelTask':
        this.tasks = this.tasks.filter(({ taskId }) => taskId !== effect.taskId);
        return;
      case 'SetTimer':
        this.#timers.set(effect.timerId, effect.at);
        return;
      case 'CancelTimer':
        this.#timers.delete(effect.timerId);
        return;
      case 'EndExecution':
    }
  }
}

/** A Lambda function's ARN. */
export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';

/** A Task state on a Lambda function, the last of its graph unless `Next` is given. */
export function task(members: JsonObject = {}): JsonObject {
  return { Type: 'Task', Resource: FUNCTION, ...('Next' in members ? {} : { End: true }), ...members };
}

/** A Pass state, the last of its graph unless `Next` is given. */
export function pass(members: JsonObject = {}): JsonObject {
  return { Type: 'Pass', ...('Next' in members ? {} : { End: true }), ...members };
}

/** A machine of these states, which starts with the first. */
export function machine(states: { readonly [name: string]: Json }, members: JsonObject = {}): JsonObject {
  return { StartAt: Object.keys(states)[0] ?? '', States: states, ...members };
}

/** A Map state whose iterations are a task each, the last of its graph unless `Next` is given. */
export function map(members: JsonObject = {}, ItemProcessor: JsonObject = machine({ Each: task() })): JsonObject {
  return { Type: 'Map', ItemProcessor, ...('Next' in members ? {} : { End: true }), ...members };
}

/** The processor of a distributed Map state, whose iterations are this state each. */
export function distributed(Each: JsonObject = task()) {
  return { ...machine({ Each }), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
}

/** Starts a machine whose only state is a task. */
export function startTask(members: JsonObject = {}, start: ScriptedStart = {}): Promise<ScriptedRun> {
  return ScriptedRun.start(machine({ Work: task(members) }), start);
}
