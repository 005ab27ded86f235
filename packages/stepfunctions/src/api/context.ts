import type { TaskTarget } from '../core/effect.ts';
import type { MockConfiguration } from '../integrations/mock-configuration.ts';
import type { ParentTask } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { ActivityQueue } from '../runtime/activity-queue.ts';
import type { DefinitionCache } from '../runtime/definition-cache.ts';
import type { ExpressExecutions } from '../runtime/express-executions.ts';
import type { JournaledExecutions } from '../runtime/journaled-executions.ts';
import type { Arns } from '../wire/arn.ts';
import type { Caller } from '../wire/aws-json-server.ts';
import type { PageTokens } from '../wire/page-tokens.ts';

/** The parts of the engine that API actions use. */
export interface ApiContext {
  readonly journal: Journal;
  readonly arns: Arns;
  readonly definitions: DefinitionCache;
  readonly executions: JournaledExecutions;
  readonly express: ExpressExecutions;
  readonly activities: ActivityQueue;
  readonly pages: PageTokens;
  /**
   * Calls the target of a Task state for TestState: outside any execution and the queue.
   *
   * @throws {TaskFailure} the target refused, failed or could not be reached
   * @throws {ApiError} ThrottlingException: too many such calls at once
   */
  readonly callTask: (target: TaskTarget, input: Json, cancelled: AbortSignal) => Promise<Json>;
  /** The services that tasks reach through an endpoint, by `serviceKey`. */
  readonly forwarded: ReadonlySet<string>;
  /** The mock file, where there is one. */
  readonly mocks: MockConfiguration | undefined;
  /** Whether the queue of tasks is so long that new executions are refused. */
  readonly isOverloaded: () => boolean;
  /** Counts a start by a caller outside of the engine. */
  readonly noteStart: () => void;
}

/** The caller of an action: a client, or a task of an execution. */
export interface ActionCaller extends Caller {
  /** A task calls, so its work was accepted before and is not throttled. */
  readonly isTask?: boolean;
  /** The calling task, if its execution is in the journal. */
  readonly parent?: ParentTask;
}

/**
 * One action of the API: reads its request and answers AWS's response.
 *
 * @throws {ApiError} the refusal as AWS words it
 */
export type Action = (context: ApiContext, body: JsonObject, caller: ActionCaller) => JsonObject | Promise<JsonObject>;

/** A time in milliseconds as AWS JSON 1.0 writes it: seconds since the epoch, with a fraction. */
export function seconds(ms: number): number {
  return ms / 1_000;
}

/** The members that are not undefined. */
export function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const result: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const name in members) {
    if (members[name] !== undefined) {
      result[name] = members[name] as Exclude<T[typeof name], undefined>;
    }
  }
  return result;
}
