import { afterEach, beforeEach } from '@jest/globals';
import type { Execution } from '../core/execution.ts';
import { noMockedAnswer } from '../integrations/mock-configuration.ts';
import type { ParentTask } from '../journal/execution-store.ts';
import { Journal } from '../journal/journal.ts';
import type { Json, JsonObject } from '../language/json.ts';
import { DefinitionCache } from '../runtime/definition-cache.ts';
import { FairQueue } from '../runtime/fair-queue.ts';
import { JournaledExecutions } from '../runtime/journaled-executions.ts';
import { TaskRunner } from '../runtime/task-runner.ts';
import { type ErrorLog, errorLog } from './test-loggers.ts';

export const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';

/** A machine of one Lambda task. */
export const TASK: JsonObject = { StartAt: 'T', States: { T: { Type: 'Task', Resource: FUNCTION, End: true } } };

/** Executions over a journal in memory. Their Lambda calls are answered by the test. */
export interface DurableShell {
  readonly executions: JournaledExecutions;
  readonly journal: Journal;
  readonly log: ErrorLog;
  /** The executions that have ended. */
  readonly ended: readonly Execution[];
  /** The Lambda calls so far. */
  readonly calls: readonly PromiseWithResolvers<Json>[];
  /** Begins an execution of the only machine, which the first start of a test makes, and answers its id. */
  readonly start: (definition: JsonObject, name?: string, parent?: ParentTask, traceHeader?: string) => Promise<number>;
  /** Ends the executions' process. */
  readonly close: () => void;
  /** Starts another process on the same journal. */
  readonly reopen: () => void;
  /** Fills the disk, or empties it. */
  readonly writable: (isWritable: boolean) => void;
}

interface Running extends Pick<DurableShell, 'journal' | 'log'> {
  readonly ended: Execution[];
  readonly calls: PromiseWithResolvers<Json>[];
  executions: JournaledExecutions;
}

/** Starts one for each test. */
export function withDurableShell(): DurableShell {
  let running: Running | undefined;
  beforeEach(() => {
    const parts = { journal: new Journal(':memory:', 'process'), log: errorLog(), ended: [], calls: [] };
    running = { ...parts, executions: executionsOf(parts) };
  });
  afterEach(() => {
    running?.executions.close();
    return running?.journal.close();
  });
  return {
    get executions() {
      return within(running).executions;
    },
    get journal() {
      return within(running).journal;
    },
    get log() {
      return within(running).log;
    },
    get ended() {
      return within(running).ended;
    },
    get calls() {
      return within(running).calls;
    },
    start: (...start) => startOn(within(running), ...start),
    close: () => within(running).executions.close(),
    reopen: () => {
      within(running).executions = executionsOf(within(running));
    },
    writable: (isWritable) => {
      within(running)
        .journal.database.statement(`PRAGMA query_only = ${isWritable ? 'OFF' : 'ON'}`)
        .run();
    },
  };
}

function executionsOf({ journal, log, ended, calls }: Omit<Running, 'executions'>): JournaledExecutions {
  const targets = {
    invokeFunction: () => {
      const call = Promise.withResolvers<Json>();
      calls.push(call);
      return call.promise;
    },
    integrationFor: () => () => new Promise<Json>(() => {}),
    mapWork: () => Promise.reject(new Error('no map')),
    mocked: noMockedAnswer,
  };
  const tasks = new TaskRunner(targets, new FairQueue({ most: 8 }), log.logger);
  const made = new JournaledExecutions(journal, new DefinitionCache(), tasks, log.logger);
  made.events.on('ended', (execution) => ended.push(execution));
  return made;
}

async function startOn(
  { journal, executions }: Running,
  definition: JsonObject,
  name = 'one',
  parent?: ParentTask,
  traceHeader?: string,
): Promise<number> {
  const machine =
    journal.stateMachines.find('arn:machine') ??
    journal.stateMachines.create(
      { arn: 'arn:machine', name: 'machine', type: 'STANDARD', createdAt: 1 },
      {
        revisionId: undefined,
        definition: JSON.stringify(definition),
        roleArn: 'arn:role',
        logging: '{}',
        tracing: '{}',
        encryption: '{}',
      },
    );
  await executions.start(
    {
      arn: `arn:aws:states:us-east-1:000000000000:execution:machine:${name}`,
      name,
      stateMachineArn: machine.arn,
      stateMachineName: machine.name,
      type: 'STANDARD',
      roleArn: 'arn:role',
      input: '{}',
    },
    {
      stateMachine: machine.id,
      revision: machine.revision,
      ...(parent && { parent }),
      ...(traceHeader && { traceHeader }),
    },
  );
  return journal.executions.lastId();
}

function within(running: Running | undefined): Running {
  if (running === undefined) {
    throw new Error('the executions are there within tests and hooks only');
  }
  return running;
}
