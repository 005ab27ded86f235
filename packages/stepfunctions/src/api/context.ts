import type { TaskTarget } from '../core/effect.ts';
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

/** What the actions of the API work with. */
export interface ApiContext {
  readonly journal: Journal;
  readonly arns: Arns;
  readonly definitions: DefinitionCache;
  readonly executions: JournaledExecutions;
  readonly express: ExpressExecutions;
  readonly activities: ActivityQueue;
  readonly pages: PageTokens;
  /**
   * Calls what a Task state calls, outside of any execution and without a turn in the queue.
   *
   * @throws {TaskFailure} it said no or could not be reached
   */
  readonly callTask: (target: TaskTarget, input: Json, cancelled: AbortSignal) => Promise<Json>;
  /** Whether so much work waits that nothing new is begun. */
  readonly isOverloaded: () => boolean;
}

/** Who calls an action: somebody outside, or a task of an execution. */
export interface ActionCaller extends Caller {
  /** A task calls, so the work is part of what was accepted before. */
  readonly isTask?: boolean;
  /** The task that calls, where its execution is in the journal. */
  readonly parent?: ParentTask;
}

/** One action of the API: reads its request, answers AWS's response or throws an ApiError. */
export type Action = (context: ApiContext, body: JsonObject, caller: ActionCaller) => JsonObject | Promise<JsonObject>;

/** AWS JSON 1.0 writes moments as seconds since the epoch with milliseconds behind the point. */
export function seconds(ms: number): number {
  return ms / 1_000;
}

/** The members that are present, as JSON. */
export function present(members: { readonly [name: string]: JsonObject[string] | undefined }): JsonObject {
  const result: { [name: string]: JsonObject[string] } = {};
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) {
      result[name] = value;
    }
  }
  return result;
}
