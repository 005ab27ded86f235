import { isDeepStrictEqual } from 'node:util';
import type { Effect } from '../core/effect.ts';
import type { EventCircumstances, ExecutionEvent } from '../core/event.ts';
import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import type { StepResult } from '../core/step.ts';
import * as core from '../core/step.ts';
import { parseJson } from '../language/exact-number.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Random } from '../random.ts';
import { type Faults, outcomeOf } from './faults.ts';
import type { RandomMachine } from './random-machine.ts';

type Unstamped<E> = E extends unknown ? Omit<E, keyof EventCircumstances> : never;
type Task = Extract<Effect, { readonly type: 'RunTask' }>;

/** An event that is due at a time. */
interface Appointment {
  readonly at: number;
  readonly event: Unstamped<ExecutionEvent>;
  /** It comes from outside the shell, from a worker or caller that retries. A crash does not lose it. */
  readonly outside: boolean;
}

/** The result of a simulated execution. */
export interface RunRecord {
  readonly execution: Execution;
  readonly history: readonly HistoryEvent[];
  readonly childHistories: ReadonlyMap<string, readonly HistoryEvent[]>;
  readonly steps: number;
  readonly crashes: number;
  /** The violations that the shell observed. */
  readonly violations: readonly string[];
}

const MAX_STEPS = 20_000;
const MAX_CRASHES = 12;
const MAX_REDRIVES = 12;

/**
 * A shell around the core on a virtual clock. It keeps an execution as text, like a journal on disk, and loses
 * everything else in a crash. Its random numbers decide the faults.
 */
export class VirtualShell {
  readonly #engine: Engine;
  readonly #machine: RandomMachine;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #history: HistoryEvent[] = [];
  readonly #childHistories = new Map<string, HistoryEvent[]>();
  readonly #violations: string[] = [];
  #now = Date.parse('2030-01-01T00:00:00Z');
  #agenda: Appointment[] = [];
  /** Tasks that were run and neither answered nor cancelled. */
  readonly #open = new Set<string>();
  #execution: Execution;
  #written: string;
  #steps = 0;
  #crashes = 0;
  #redrives = 0;

  constructor(engine: Engine, machine: RandomMachine, faults: Faults, random: Random) {
    this.#engine = engine;
    this.#machine = machine;
    this.#faults = faults;
    this.#random = random;
    this.#execution = engine.createExecution({
      arn: 'arn:aws:states:us-east-1:000000000000:execution:machine:run',
      name: 'run',
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
      stateMachineName: 'machine',
      type: 'STANDARD',
      roleArn: 'arn:aws:iam::000000000000:role/machine',
      input: JSON.stringify(machine.input),
    });
    this.#written = JSON.stringify(this.#execution);
  }

  /** Runs the execution to its end, then delivers the events that are still due. */
  async run(): Promise<RunRecord> {
    this.#expect({ type: 'ExecutionStarted' }, 0, true);
    // Nobody can stop an execution before the reply to its start.
    let stops = this.#machine.heals && this.#random.chance(this.#faults.stop);
    while (this.#agenda.length > 0) {
      if (this.#steps >= MAX_STEPS) {
        this.#violations.push(`it has not ended after ${MAX_STEPS} steps`);
        break;
      }
      await this.#keep(this.#nextAppointment());
      if (stops && this.#execution.startedAt > 0) {
        this.#expect({ type: 'StopRequested', error: 'Stopped' }, this.#random.between(1, 200) * 1000, true);
        stops = false;
      }
      if (this.#agenda.length === 0) {
        this.#redriveIfMeant();
      }
    }
    if (this.#execution.status === 'RUNNING') {
      this.#violations.push('nothing is left to happen, but it is RUNNING');
    }
    return {
      execution: this.#execution,
      history: this.#history,
      childHistories: this.#childHistories,
      steps: this.#steps,
      crashes: this.#crashes,
      violations: this.#violations,
    };
  }

  #expect(event: Unstamped<ExecutionEvent>, delay: number, outside = false): void {
    this.#agenda.push({ at: this.#now + delay, event, outside });
  }

  #nextAppointment(): Appointment {
    const first = this.#agenda.reduce((earliest, other) => (other.at < earliest.at ? other : earliest));
    this.#agenda = this.#agenda.filter((other) => other !== first);
    return first;
  }

  async #keep(appointment: Appointment): Promise<void> {
    const { at, event, outside } = appointment;
    this.#now = Math.max(this.#now, at);
    if (!outside && isAnswer(event) && this.#random.chance(this.#faults.lose)) {
      this.#expect(event, this.#random.between(1, 5_000));
      return;
    }
    if (isAnswer(event) && this.#random.chance(this.#faults.duplicate)) {
      this.#expect(event, this.#random.between(0, 60_000), outside);
    }
    const result = await this.#step({ ...event, at: this.#now, entropy: this.#random.digits() } as ExecutionEvent);
    if (this.#crashNow()) {
      // The caller got no reply and will ask again.
      if (outside) {
        this.#expect(event, this.#random.between(1, 1_000), true);
      }
      this.#restart();
      return;
    }
    this.#write(result, event);
    if (this.#crashNow()) {
      this.#restart();
      return;
    }
    for (const effect of result.effects) {
      this.#perform(effect, false);
    }
  }

  async #step(event: ExecutionEvent): Promise<StepResult> {
    this.#steps += 1;
    const result = await this.#engine.step(this.#machine.definition, this.#execution, event);
    if (this.#random.chance(this.#faults.suspicion)) {
      const again = await this.#engine.step(this.#machine.definition, stored(this.#written), event);
      if (!isDeepStrictEqual(plain(again), plain(result))) {
        this.#violations.push(`${event.type} stepped twice differs`);
      }
      if (JSON.stringify(this.#execution) !== this.#written) {
        this.#violations.push(`${event.type} changed its argument`);
      }
    }
    return result;
  }

  #write({ execution, history, effects, childHistory }: StepResult, event: Unstamped<ExecutionEvent>): void {
    if (execution !== this.#execution) {
      this.#written = JSON.stringify(execution);
      this.#followTasks(event, effects);
    }
    this.#execution = execution;
    this.#history.push(...history);
    for (const { executionArn, history: events } of childHistory) {
      this.#childHistories.set(executionArn, [...(this.#childHistories.get(executionArn) ?? []), ...events]);
    }
  }

  #followTasks(event: Unstamped<ExecutionEvent>, effects: readonly Effect[]): void {
    if (event.type === 'TaskSucceeded' || event.type === 'TaskFailed') {
      this.#open.delete(event.taskId);
    }
    for (const effect of effects) {
      if (effect.type === 'RunTask') {
        this.#open.add(effect.taskId);
      } else if (effect.type === 'CancelTask') {
        this.#open.delete(effect.taskId);
      } else if (effect.type === 'EndExecution' && this.#open.size > 0) {
        this.#violations.push(`it ended before its tasks ${[...this.#open].join(', ')} were cancelled`);
      }
    }
  }

  #crashNow(): boolean {
    return this.#crashes < MAX_CRASHES && this.#random.chance(this.#faults.crash);
  }

  #restart(): void {
    this.#crashes += 1;
    this.#agenda = this.#agenda.filter(({ outside }) => outside);
    this.#execution = stored(this.#written);
    this.#now += this.#random.between(0, 30_000);
    for (const effect of this.#engine.outstandingEffects(this.#execution)) {
      this.#perform(effect, true);
    }
  }

  #perform(effect: Effect, restarted: boolean): void {
    switch (effect.type) {
      case 'RunTask':
        this.#runTask(effect, restarted);
        return;
      case 'SetTimer': {
        const late = this.#random.chance(this.#faults.late) ? this.#random.between(0, 20_000) : 0;
        this.#expect({ type: 'TimerFired', timerId: effect.timerId }, effect.at - this.#now + late);
        return;
      }
      case 'CancelTask':
        this.#drop((event) => 'taskId' in event && event.taskId === effect.taskId);
        return;
      case 'CancelTimer':
        this.#drop((event) => event.type === 'TimerFired' && event.timerId === effect.timerId);
        return;
      case 'EndExecution':
        return;
    }
  }

  /** Keeps a cancelled event now and then, as if it had been on its way. */
  #drop(concerns: (event: Unstamped<ExecutionEvent>) => boolean): void {
    this.#agenda = this.#agenda.filter(({ event }) => !concerns(event) || this.#random.chance(this.#faults.stale));
  }

  #runTask(task: Task, restarted: boolean): void {
    const { taskId, target } = task;
    if (restarted && !task.started && task.submitted === undefined) {
      this.#expect({ type: 'TaskRestarted', taskId }, 0);
    }
    const takes = this.#random.between(1, 20_000);
    if (target.kind === 'ACTIVITY') {
      if (task.started !== true) {
        this.#expect({ type: 'TaskStarted', taskId, workerName: 'worker' }, takes / 2, true);
      }
      this.#answer(task, takes, true);
      return;
    }
    const pattern = target.kind === 'INTEGRATION' ? target.pattern : 'REQUEST_RESPONSE';
    if (pattern === 'REQUEST_RESPONSE') {
      this.#answer(task, takes, false);
      return;
    }
    if (task.submitted === undefined) {
      this.#expect({ type: 'TaskSubmitted', taskId, output: {} }, takes / 2);
    }
    this.#answer(task, takes, pattern === 'WAIT_FOR_TASK_TOKEN');
  }

  #answer({ taskId, input }: Task, delay: number, outside: boolean): void {
    const sent = objectOf(input);
    const plan = this.#machine.plans[String(sent.state)];
    if (plan === undefined) {
      throw new Error(`No task is planned for ${JSON.stringify(input)}`);
    }
    const outcome = outcomeOf(plan, this.#machine.failureKind, sent);
    if (outcome.kind === 'RESULT') {
      this.#expect({ type: 'TaskSucceeded', taskId, output: outcome.output }, delay, outside);
    }
    if (outcome.kind !== 'ERROR') {
      return;
    }
    this.#expect({ type: 'TaskFailed', taskId, error: outcome.error, cause: outcome.cause }, delay, outside);
  }

  #redriveIfMeant(): void {
    const { status } = this.#execution;
    if (!this.#machine.heals || status === 'RUNNING' || status === 'SUCCEEDED') {
      return;
    }
    if (this.#redrives >= MAX_REDRIVES) {
      return;
    }
    this.#redrives += 1;
    this.#expect({ type: 'RedriveRequested' }, this.#random.between(0, 60_000), true);
  }
}

/** A value after a round trip through JSON text. */
function plain(result: StepResult): unknown {
  return JSON.parse(JSON.stringify(result));
}

function isAnswer(event: Unstamped<ExecutionEvent>): boolean {
  return event.type === 'TaskSucceeded' || event.type === 'TaskFailed' || event.type === 'TaskSubmitted';
}

/** An execution as a shell reads it from its journal. */
function stored(text: string): Execution {
  return parseJson(text) as unknown as Execution;
}

function objectOf(input: Json): JsonObject {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new Error(`A simulated task was sent ${JSON.stringify(input)}`);
  }
  const { Payload, Input, ...bare } = input as JsonObject;
  return Payload === undefined && Input === undefined ? bare : objectOf(Payload ?? Input ?? null);
}

/** The functions of the core that a shell uses. Tests pass broken ones to the simulation. */
export type Engine = Pick<typeof core, 'createExecution' | 'step' | 'outstandingEffects'>;

/** The real core. */
export const ENGINE: Engine = {
  createExecution: core.createExecution,
  step: core.step,
  outstandingEffects: core.outstandingEffects,
};
