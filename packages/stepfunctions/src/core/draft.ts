import type { StateMachineDefinition } from '../language/definition.ts';
import { parseJson } from '../language/exact-number.ts';
import type { Json } from '../language/json.ts';
import type { Effect } from './effect.ts';
import { Entropy } from './entropy.ts';
import type { EventCircumstances } from './event.ts';
import { type Execution, MAX_EXPRESS_SECONDS, ROOT_FRAME } from './execution.ts';
import type { ChildExecution, Frame, Timer } from './frame.ts';
import {
  type HistoryEvent,
  type HistoryEventDetails,
  type HistoryEventType,
  HistoryFull,
  MAX_HISTORY_EVENTS,
} from './history-event.ts';

type Writable<T> = { -readonly [member in keyof T]: T[member] };

/** The most states that one step enters. The rest is left to the next step, which bounds the size of a transaction. */
const MAX_STATES_PER_STEP = 2_000;

/**
 * An execution while a step works on it. The step copies what it changes and shares the rest, so the execution it was
 * given never changes.
 */
export class Draft {
  readonly definition: StateMachineDefinition;
  readonly at: number;
  readonly entropy: Entropy;
  readonly missingActivities: readonly string[];
  readonly history: HistoryEvent[] = [];
  readonly effects: Effect[] = [];
  /** Frames whose state was entered and has to be executed. */
  readonly ready: string[] = [];
  /** Frames that ended but whose parents have not handled that yet. */
  readonly ended: string[] = [];
  /** Events of distributed Maps' child executions, by execution ARN. */
  readonly #childHistory = new Map<string, ChildHistory & { readonly history: HistoryEvent[] }>();
  readonly #before: Execution;
  readonly #waitScale: number;
  readonly #execution: Writable<Execution>;
  readonly #frames: { [frameId: string]: Writable<Frame> } = {};
  #framesCopied = false;
  #touched = false;
  #entered = 0;
  #input: { readonly value: Json } | undefined;

  constructor(definition: StateMachineDefinition, execution: Execution, circumstances: EventCircumstances) {
    this.definition = definition;
    this.at = circumstances.at;
    this.entropy = new Entropy(circumstances.entropy);
    this.missingActivities = circumstances.missingActivities ?? [];
    this.#waitScale = circumstances.waitScale ?? 1;
    this.#before = execution;
    this.#execution = { ...execution };
  }

  /** The execution as it stands. */
  get execution(): Execution {
    return this.#execution;
  }

  /** The execution's own input. */
  get input(): Json {
    this.#input ??= { value: parseJson(this.#execution.input) };
    return this.#input.value;
  }

  /** Changes members of the execution itself. */
  set(changes: Partial<Omit<Execution, 'frames'>>): void {
    this.#touched = true;
    Object.assign(this.#execution, changes);
  }

  frame(frameId: string): Frame {
    const frame = this.#execution.frames[frameId];
    if (frame === undefined) {
      throw new Error(`Execution ${this.#execution.arn} has no frame ${frameId}`);
    }
    return frame;
  }

  hasFrame(frameId: string): boolean {
    return this.#execution.frames[frameId] !== undefined;
  }

  /** A frame to change in place. */
  edit(frameId: string): Writable<Frame> {
    const own = this.#frames[frameId];
    if (own !== undefined) {
      return own;
    }
    const copy: Writable<Frame> = { ...this.frame(frameId) };
    this.#ownFrames()[frameId] = copy;
    this.#frames[frameId] = copy;
    return copy;
  }

  addFrame(frame: Omit<Frame, 'id'>): string {
    const id = this.#nextId();
    const own = { id, ...frame };
    this.#ownFrames()[id] = own;
    this.#frames[id] = own;
    return id;
  }

  removeFrame(frameId: string): void {
    delete this.#ownFrames()[frameId];
    delete this.#frames[frameId];
  }

  /** Removes all frames but an empty frame of the machine itself. */
  forgetFrames(): void {
    const { id, index, lastEventId } = this.frame(ROOT_FRAME);
    this.#touched = true;
    this.#framesCopied = true;
    this.#execution.frames = { [ROOT_FRAME]: { id, index, lastEventId, variables: {} } };
  }

  /** A task id that is unique within the execution. */
  newTaskId(): string {
    return `task-${this.#nextId()}`;
  }

  /** Starts the timer of a Wait or of a pause before a retry, which tests may shorten. */
  startWait(until: number): Timer {
    return this.startTimer(this.at + Math.ceil((until - this.at) * this.#waitScale));
  }

  /** Sets a timer and returns it. */
  startTimer(at: number): Timer {
    const timer = { timerId: `timer-${this.#nextId()}`, at };
    this.effects.push({ type: 'SetTimer', ...timer });
    return timer;
  }

  /** Starts the timer that ends an Express execution, of a child too. */
  startExpressTimeout(): Timer {
    return this.startTimer(this.at + MAX_EXPRESS_SECONDS * 1000);
  }

  cancelTimer(timer: Timer | undefined): void {
    if (timer !== undefined) {
      this.effects.push({ type: 'CancelTimer', timerId: timer.timerId });
    }
  }

  /** Counts a state that is entered; false when the step has entered enough of them. */
  spendState(): boolean {
    this.#entered += 1;
    return this.#entered % MAX_STATES_PER_STEP !== 0;
  }

  /**
   * Appends an event of a frame without making later ones follow it.
   *
   * @param previous the event it follows; by default the frame's latest
   * @returns the event's id
   * @throws {HistoryFull}
   */
  append<T extends HistoryEventType>(
    frameId: string,
    type: T,
    details: HistoryEventDetails[T],
    previous = this.frame(frameId).lastEventId,
  ): number {
    const { id, events } = this.#numbered(this.streamOf(frameId), type);
    const event = { id, previousEventId: previous, timestamp: this.at, type, ...details };
    events.push(event as unknown as HistoryEvent);
    return id;
  }

  /** Appends an event that the frame's next event will follow. */
  advance<T extends HistoryEventType>(
    frameId: string,
    type: T,
    details: HistoryEventDetails[T],
    previous?: number,
  ): number {
    const id = this.append(frameId, type, details, previous);
    this.edit(frameId).lastEventId = id;
    return id;
  }

  /** The frame whose execution a frame's events belong to: the machine's own, or a child execution's. */
  streamOf(frameId: string): string {
    let frame = this.frame(frameId);
    while (frame.child === undefined && frame.parentId !== undefined) {
      frame = this.frame(frame.parentId);
    }
    return frame.id;
  }

  result(): { execution: Execution; history: HistoryEvent[]; effects: Effect[]; childHistory: ChildHistory[] } {
    const childHistory = [...this.#childHistory.values()];
    const execution = this.#touched ? this.#execution : this.#before;
    return { execution, history: this.history, effects: this.effects, childHistory };
  }

  #numbered(streamId: string, type: HistoryEventType): { id: number; events: HistoryEvent[] } {
    const child = this.frame(streamId).child;
    const id = child === undefined ? this.#execution.nextEventId : child.nextEventId;
    const limited = this.#execution.type === 'STANDARD' && !type.startsWith('Execution');
    if (limited && id >= MAX_HISTORY_EVENTS) {
      throw new HistoryFull(streamId);
    }
    if (child === undefined) {
      this.#touched = true;
      this.#execution.nextEventId = id + 1;
      return { id, events: this.history };
    }
    this.edit(streamId).child = { ...child, nextEventId: id + 1 };
    return { id, events: this.#childEvents(child) };
  }

  #childEvents(child: ChildExecution): HistoryEvent[] {
    const known = this.#childHistory.get(child.arn);
    if (known !== undefined) {
      return known.history;
    }
    const { arn: executionArn, mapRunArn, itemCount } = child;
    const history: HistoryEvent[] = [];
    this.#childHistory.set(executionArn, { executionArn, mapRunArn, itemCount, history });
    return history;
  }

  #nextId(): string {
    this.#touched = true;
    const id = this.#execution.nextId;
    this.#execution.nextId = id + 1;
    return String(id);
  }

  #ownFrames(): { [frameId: string]: Frame } {
    this.#touched = true;
    const frames = this.#framesCopied ? this.#execution.frames : { ...this.#execution.frames };
    this.#framesCopied = true;
    this.#execution.frames = frames;
    return frames;
  }
}

/** Events that a step appends to the history of a distributed Map's child execution. */
export interface ChildHistory {
  readonly executionArn: string;
  readonly mapRunArn: string;
  readonly itemCount: number;
  readonly history: readonly HistoryEvent[];
}
