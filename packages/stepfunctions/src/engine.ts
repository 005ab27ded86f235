import { randomUUID } from 'node:crypto';
import { ACTIONS } from './api/actions.ts';
import type { ActionCaller, ApiContext } from './api/context.ts';
import type { TaskTarget } from './core/effect.ts';
import type { Execution } from './core/execution.ts';
import { DynamoDb } from './integrations/dynamodb.ts';
import { HttpEndpoint } from './integrations/http-endpoint.ts';
import type { Integration, IntegrationTarget } from './integrations/integration.ts';
import { Lambda } from './integrations/lambda.ts';
import { jobEndOf, StepFunctions } from './integrations/step-functions.ts';
import { TaskFailure } from './integrations/task-failure.ts';
import type { ExecutionOrigin, ParentTask } from './journal/execution-store.ts';
import { Journal } from './journal/journal.ts';
import type { Json, JsonObject } from './language/json.ts';
import { ActivityQueue } from './runtime/activity-queue.ts';
import { Definitions } from './runtime/definitions.ts';
import { ExpressExecutions } from './runtime/express-executions.ts';
import { FairQueue } from './runtime/fair-queue.ts';
import { JournaledExecutions } from './runtime/journaled-executions.ts';
import { RetentionSweep } from './runtime/retention.ts';
import { TaskRunner } from './runtime/task-runner.ts';
import type { EngineSettings } from './settings.ts';
import { ApiError } from './wire/api-error.ts';
import { throttled } from './wire/api-error-texts.ts';
import { Arns } from './wire/arn.ts';
import { PageTokens } from './wire/page-tokens.ts';

/** Tasks that TestState calls at once; these calls take no turn in the queue. */
const MOST_TESTED_TASKS = 16;

const nobody: AbortSignal = new AbortController().signal;

/** The whole engine but for its HTTP server: journal, executions, tasks and the API's actions. */
export class Engine {
  readonly #journal: Journal;
  readonly #context: ApiContext;
  readonly #tasks: TaskRunner;
  readonly #queue: FairQueue<string>;
  readonly #retention: RetentionSweep;
  readonly #endpoints: readonly HttpEndpoint[];
  readonly #integrations: ReadonlyMap<string, Integration>;
  #testedTasks = 0;

  constructor(settings: EngineSettings) {
    const { account, region, lambdaEndpoint, dynamodbEndpoint, maxConcurrentInvokes, connectRetrySeconds } = settings;
    this.#journal = new Journal(settings.dataDir, settings.durability, (error) =>
      settings.logger.error({ err: error }, 'a checkpoint failed, it is made again later'),
    );
    const journal = this.#journal;
    const open = (url: string | undefined): HttpEndpoint | undefined =>
      url === undefined ? undefined : new HttpEndpoint(url, maxConcurrentInvokes, connectRetrySeconds);
    const lambdaHttp = open(lambdaEndpoint);
    const dynamodbHttp = open(dynamodbEndpoint);
    this.#endpoints = [lambdaHttp, dynamodbHttp].filter((endpoint) => endpoint !== undefined);
    const lambda = lambdaHttp && new Lambda(lambdaHttp, `arn:aws:lambda:${region}:${account}:function:`);
    this.#integrations = this.#integrationsOf(lambda, dynamodbHttp && new DynamoDb(dynamodbHttp, region));
    this.#queue = new FairQueue({ most: maxConcurrentInvokes, mostBusy: settings.maxBusyInvokes });
    this.#tasks = new TaskRunner(
      {
        lambdaFunction: (arn, input, cancelled) => callFunction(lambda, arn, input, cancelled),
        integration: (target) => this.#integration(target),
        jobEnd: (task, submitted) => this.#jobEnd(task.target, submitted as JsonObject),
        stopJob: ({ execution, taskId }) => this.#stopJob(execution, taskId),
        logger: settings.logger,
      },
      this.#queue,
    );
    this.#retention = new RetentionSweep(
      journal.retention,
      settings.retention,
      (id) => executions.forget(id),
      settings.logger,
    );
    const definitions = new Definitions();
    const executions = new JournaledExecutions(
      journal,
      definitions,
      this.#tasks,
      {
        ended: (execution, origin) => this.#ended(execution, origin),
        redriven: () => this.#retention.executionRedriven(),
        activityScheduled: (arn) => this.#context.activities.scheduled(arn),
      },
      settings.logger,
    );
    this.#context = {
      journal,
      arns: new Arns(account, region),
      definitions,
      executions,
      express: new ExpressExecutions(this.#tasks, settings.logger),
      activities: new ActivityQueue(journal, ({ execution, taskId }, workerName) =>
        executions.deliver(execution, {
          type: 'TaskStarted',
          taskId,
          ...(workerName === undefined ? {} : { workerName }),
        }),
      ),
      pages: new PageTokens(journal.secret()),
      callTask: (target, input, cancelled) => this.#testTask(() => this.#callTask(lambda, target, input, cancelled)),
      isOverloaded: () => this.#tasks.backlog >= settings.maxQueuedExecutions,
    };
  }

  /** What the engine has to do at the moment. */
  get load(): { readonly invokesUnderWay: number; readonly executionsQueued: number } {
    return { invokesUnderWay: this.#queue.running, executionsQueued: this.#tasks.backlog };
  }

  /** Goes on with what ran when the process ended last. */
  recover(): Promise<void> {
    this.#retention.start();
    return this.#context.executions.recover();
  }

  /** Answers an action of the API. */
  call(action: string, body: JsonObject, caller: ActionCaller): JsonObject | Promise<JsonObject> {
    const handler = ACTIONS.get(action);
    if (!handler) {
      throw new ApiError('UnknownOperationException', '');
    }
    return handler(this.#context, body, caller);
  }

  /** Resolves once the journal is closed. */
  async close(): Promise<void> {
    this.#retention.stop();
    this.#tasks.close();
    this.#context.express.close();
    this.#context.executions.close();
    for (const endpoint of this.#endpoints) {
      endpoint.close();
    }
    await this.#journal.close();
  }

  #integrationsOf(lambda: Lambda | undefined, dynamodb: DynamoDb | undefined): ReadonlyMap<string, Integration> {
    const own = new StepFunctions(async (action, body, parent) => this.call(action, body, asTask(parent)));
    return new Map<string, Integration>([
      ...(lambda ? [['lambda:invoke', lambda.invoke] as const] : []),
      ['states', own.optimized],
      ['aws-sdk:sfn', own.sdk],
      ...(dynamodb ? [['dynamodb', dynamodb.optimized] as const, ['aws-sdk:dynamodb', dynamodb.sdk] as const] : []),
    ]);
  }

  #integration(target: IntegrationTarget): Integration {
    const service = `${target.sdk ? 'aws-sdk:' : ''}${target.service}`;
    const found = this.#integrations.get(service) ?? this.#integrations.get(`${service}:${target.action}`);
    if (found) {
      return found;
    }
    throw unreached(target.resource, target.service);
  }

  async #testTask(call: () => Promise<Json>): Promise<Json> {
    if (this.#testedTasks >= MOST_TESTED_TASKS) {
      throw throttled();
    }
    this.#testedTasks += 1;
    try {
      return await call();
    } finally {
      this.#testedTasks -= 1;
    }
  }

  /** A call that belongs to no execution: TestState makes it. */
  async #callTask(lambda: Lambda | undefined, target: TaskTarget, input: Json, cancelled: AbortSignal): Promise<Json> {
    switch (target.kind) {
      case 'LAMBDA_FUNCTION':
        return await callFunction(lambda, target.functionArn, input, cancelled);
      case 'INTEGRATION': {
        const origin = { executionArn: '', taskId: randomUUID() };
        return await this.#integration(target)({ target, input, origin, cancelled });
      }
      case 'ACTIVITY':
        throw new TaskFailure('States.Runtime', 'An activity is worked on in executions only.');
    }
  }

  /** Tells a `.sync` task that its execution has ended, and lets go of a deleted machine with its last execution. */
  #ended(execution: Execution, origin: ExecutionOrigin): void {
    this.#retention.executionEnded();
    const machine = this.#journal.stateMachines.find(execution.stateMachineArn);
    if (machine?.status === 'DELETING') {
      this.#journal.stateMachines.dropDeleted();
    }
    if (!origin.parent?.waits) {
      return;
    }
    const owner = this.#context.executions.ownerOfParent(origin.parent);
    const record = owner && this.#journal.executions.findById(origin.id);
    if (!owner || !record) {
      return;
    }
    const pattern = this.#context.executions.patternOf(origin.parent);
    const end = pattern && jobEndOf(record, execution.stateMachineArn, pattern);
    if (end) {
      this.#tasks.jobEnded(owner, origin.parent.taskId, end);
    }
  }

  #jobEnd(target: IntegrationTarget | { kind: string }, submitted: JsonObject): ReturnType<typeof jobEndOf> {
    const record = this.#journal.executions.find(String(submitted.ExecutionArn));
    if (!record || !('pattern' in target)) {
      return undefined;
    }
    return jobEndOf(record, this.#journal.stateMachines.revision(record.revision).arn, target.pattern);
  }

  /** AWS stops the execution that a `.sync` task waits for when the task is given up. */
  #stopJob(execution: number | undefined, taskId: string): void {
    if (execution === undefined) {
      return;
    }
    for (const child of this.#journal.executions.awaitedBy(execution, taskId)) {
      this.#context.executions.deliverQuietly(child, { type: 'StopRequested' });
    }
  }
}

async function callFunction(
  lambda: Lambda | undefined,
  functionArn: string,
  input: Json,
  cancelled: AbortSignal,
): Promise<Json> {
  if (!lambda) {
    throw unreached(functionArn, 'lambda');
  }
  return await lambda.callFunction(functionArn, input, cancelled);
}

/** The failure of a task whose service has no endpoint here. */
function unreached(resource: string, service: string): TaskFailure {
  const hint = service === 'dynamodb' || service === 'lambda' ? ` Start the engine with --${service}-endpoint.` : '';
  return new TaskFailure('States.Runtime', `This engine does not reach the service behind ${resource}.${hint}`);
}

function asTask(parent: ParentTask | undefined): ActionCaller {
  return {
    gone: () => nobody,
    isTask: true,
    ...(parent ? { parent } : {}),
  };
}
