import { ACTIONS } from './api/actions.ts';
import type { ActionCaller, ApiContext } from './api/context.ts';
import { ServiceIntegrations } from './integrations/service-integrations.ts';
import type { ParentTask } from './journal/execution-store.ts';
import { Journal } from './journal/journal.ts';
import { functionsOf } from './language/called-resources.ts';
import type { JsonObject } from './language/json.ts';
import type { EngineSettings } from './options.ts';
import { ActivityQueue } from './runtime/activity-queue.ts';
import { DefinitionCache } from './runtime/definition-cache.ts';
import { EngineMetrics } from './runtime/engine-metrics.ts';
import { ExpressExecutions } from './runtime/express-executions.ts';
import { FairQueue } from './runtime/fair-queue.ts';
import { JournaledExecutions } from './runtime/journaled-executions.ts';
import { RetentionSweep } from './runtime/retention.ts';
import { StatusEvents } from './runtime/status-events.ts';
import { TaskRunner } from './runtime/task-runner.ts';
import { ApiError } from './wire/api-error.ts';
import { Arns } from './wire/arn.ts';
import { PageTokens } from './wire/page-tokens.ts';

/** State machines whose functions are listed. */
const MOST_LISTED_MACHINES = 1_000;

/** Tasks do not hang up. */
const NEVER_ABORTED: AbortSignal = new AbortController().signal;

/**
 * The engine without its HTTP server. It builds the parts and connects them:
 *
 * ```text
 * dispatch ─► API action ─► executions ─► core (pure)
 *                 │             │  ▲
 *                 ▼             ▼  │ outcomes
 *              journal        tasks ─► queue ─► Lambda, DynamoDB, this engine
 * ```
 */
export class Engine {
  readonly #journal: Journal;
  readonly #services: ServiceIntegrations;
  readonly #queue: FairQueue<string>;
  readonly #tasks: TaskRunner;
  readonly #executions: JournaledExecutions;
  readonly #express: ExpressExecutions;
  readonly #activities: ActivityQueue;
  readonly #retention: RetentionSweep;
  #statusEvents: StatusEvents | undefined;
  readonly #metrics = new EngineMetrics();
  readonly #context: ApiContext;

  constructor(settings: EngineSettings) {
    const { logger } = settings;
    const journal = new Journal(settings.dataDir, settings.durability, (error) =>
      logger.error({ err: error }, 'a checkpoint failed and will be tried again'),
    );
    this.#journal = journal;
    this.#services = new ServiceIntegrations(
      settings,
      (action, body, parent) => this.#dispatchFromTask(action, body, parent),
      (mapRunArn, outcome, after, limit) => journal.executions.children(mapRunArn, outcome, after, limit),
    );
    this.#queue = new FairQueue({
      most: settings.maxConcurrentInvokes,
      mostBusy: settings.maxBusyInvokes,
      mostBusyInSpike: settings.maxBusyInvokesInSpike,
    });
    this.#tasks = new TaskRunner(this.#services, this.#queue, logger);
    const definitions = new DefinitionCache();
    const executions = new JournaledExecutions(journal, definitions, this.#tasks, logger, settings.waitScale);
    this.#executions = executions;
    this.#express = new ExpressExecutions(this.#tasks, logger, settings.waitScale);
    this.#retention = new RetentionSweep(journal.retention, settings.retention, (id) => executions.forget(id), logger);
    const activities = new ActivityQueue(journal.tokens, executions);
    this.#activities = activities;

    executions.events.on('ended', ({ stateMachineArn }) => {
      this.#retention.executionEnded();
      if (journal.stateMachines.find(stateMachineArn)?.status === 'DELETING') {
        journal.stateMachines.dropDeleted();
      }
    });
    executions.events.on('committed', (execution, history) => this.#metrics.committed(execution, history));
    executions.events.on('redriven', () => this.#retention.executionRedriven());
    this.#publishStatus(settings);
    executions.events.on('activityScheduled', (arn) => activities.scheduled(arn));

    this.#context = {
      journal,
      arns: new Arns(settings.account, settings.region),
      definitions,
      executions,
      express: this.#express,
      activities,
      pages: new PageTokens(journal.secret()),
      callTask: (target, input, cancelled) => this.#services.callForTest(target, input, cancelled),
      forwarded: new Set(settings.endpoints.keys()),
      mocks: settings.mocks,
      noteStart: () => this.#queue.noteStart(),
      isOverloaded: () => this.#tasks.backlog >= settings.maxQueuedExecutions,
    };
  }

  #publishStatus({ eventsEndpoint: endpoint, account, region, logger }: EngineSettings): void {
    if (endpoint === undefined) {
      return;
    }
    const events = new StatusEvents({ endpoint, account, region }, this.#journal, logger);
    this.#statusEvents = events;
    const { events: executions } = this.#executions;
    executions.on('started', (_execution, { id }) => events.publish(id, 'RUNNING'));
    executions.on('redriven', (_execution, { id }) => events.publish(id, 'RUNNING'));
    executions.on('ended', ({ status }, { id }) => events.publish(id, status));
  }

  /** The engine's load at the moment. */
  get load(): { readonly invokesUnderWay: number; readonly executionsQueued: number } {
    return { invokesUnderWay: this.#queue.running, executionsQueued: this.#tasks.backlog };
  }

  /** What executions did since the start, in Prometheus' text format. */
  get metricsText(): string {
    return this.#metrics.text(this.load);
  }

  /** The names of the Lambda functions that state machines call, in alphabetical order. */
  get functionNames(): readonly string[] {
    const { journal, definitions } = this.#context;
    const machines = journal.stateMachines.list(MOST_LISTED_MACHINES, undefined);
    const names = machines.flatMap(({ revision }) =>
      functionsOf(definitions.of(journal.stateMachines.revision(revision))),
    );
    return [...new Set(names)].toSorted();
  }

  /** Resumes the executions that ran when the last process ended. */
  recover(): Promise<void> {
    this.#retention.start();
    return this.#executions.recover();
  }

  /**
   * Answers an action of the API.
   *
   * @throws {ApiError} the refusal as AWS words it
   */
  dispatch(action: string, body: JsonObject, caller: ActionCaller): JsonObject | Promise<JsonObject> {
    const run = ACTIONS.get(action);
    if (!run) {
      throw new ApiError('UnknownOperationException', '');
    }
    return run(this.#context, body, caller);
  }

  /** Resolves once the journal is closed. */
  async close(): Promise<void> {
    this.#retention.stop();
    this.#statusEvents?.close();
    this.#tasks.close();
    this.#express.close();
    this.#activities.close();
    this.#executions.close();
    this.#services.close();
    await this.#journal.close();
  }

  async #dispatchFromTask(action: string, body: JsonObject, parent: ParentTask | undefined): Promise<JsonObject> {
    return await this.dispatch(action, body, {
      gone: () => NEVER_ABORTED,
      isTask: true,
      ...(parent ? { parent } : {}),
    });
  }
}
