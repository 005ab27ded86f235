import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';

/** The engine's load at the moment. */
export interface EngineLoad {
  readonly invokesUnderWay: number;
  readonly executionsQueued: number;
}

/** What events of a history are counted as, by their types: the metrics of CloudWatch's namespace `AWS/States`. */
const COUNTED: Readonly<Record<string, string>> = {
  ExecutionStarted: 'ExecutionsStarted',
  ExecutionSucceeded: 'ExecutionsSucceeded',
  ExecutionFailed: 'ExecutionsFailed',
  ExecutionAborted: 'ExecutionsAborted',
  ExecutionTimedOut: 'ExecutionsTimedOut',
  ExecutionRedriven: 'RedrivenExecutions',
  LambdaFunctionScheduled: 'LambdaFunctionsScheduled',
  LambdaFunctionSucceeded: 'LambdaFunctionsSucceeded',
  LambdaFunctionFailed: 'LambdaFunctionsFailed',
  LambdaFunctionTimedOut: 'LambdaFunctionsTimedOut',
  ActivityScheduled: 'ActivitiesScheduled',
  ActivitySucceeded: 'ActivitiesSucceeded',
  ActivityFailed: 'ActivitiesFailed',
  ActivityTimedOut: 'ActivitiesTimedOut',
  TaskScheduled: 'ServiceIntegrationsScheduled',
  TaskSucceeded: 'ServiceIntegrationsSucceeded',
  TaskFailed: 'ServiceIntegrationsFailed',
  TaskTimedOut: 'ServiceIntegrationsTimedOut',
};

/**
 * Counts what standard executions have done since the engine's start, for `GET /metrics` in Prometheus' text format. The
 * names are those of CloudWatch in Prometheus' spelling: `ExecutionsFailed` is `aws_states_executions_failed_total`.
 */
export class EngineMetrics {
  readonly #counts = new Map<string, Map<string, number>>();

  /** Counts the events that a commit added to an execution's history. */
  committed({ stateMachineArn, startedAt, stoppedAt }: Execution, history: readonly HistoryEvent[]): void {
    const machine = stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1);
    for (const { type } of history) {
      // AWS counts the entries of states as the capacity that an execution uses.
      const name = type.endsWith('StateEntered') ? 'StateTransitions' : COUNTED[type];
      if (name !== undefined) {
        this.#add(name, machine, 1);
      }
      if (stoppedAt !== undefined && ENDS.has(type)) {
        this.#add('ExecutionTime', machine, (stoppedAt - startedAt) / 1_000);
      }
    }
  }

  /** The metrics as text. */
  text({ invokesUnderWay, executionsQueued }: EngineLoad): string {
    const counters = [...this.#counts].toSorted(([one], [other]) => (one < other ? -1 : 1)).flatMap(counterLines);
    return [
      ...counters,
      '# TYPE stepfunctions_invokes_under_way gauge',
      `stepfunctions_invokes_under_way ${invokesUnderWay}`,
      '# TYPE stepfunctions_executions_queued gauge',
      `stepfunctions_executions_queued ${executionsQueued}`,
      '',
    ].join('\n');
  }

  #add(name: string, machine: string, amount: number): void {
    const byMachine = this.#counts.get(name) ?? new Map<string, number>();
    byMachine.set(machine, (byMachine.get(machine) ?? 0) + amount);
    this.#counts.set(name, byMachine);
  }
}

const ENDS: ReadonlySet<string> = new Set([
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionAborted',
  'ExecutionTimedOut',
]);

function counterLines([name, byMachine]: [string, ReadonlyMap<string, number>]): readonly string[] {
  const snake = name.replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase();
  const metric = `aws_states_${snake}${name === 'ExecutionTime' ? '_seconds' : ''}_total`;
  const samples = [...byMachine].map(([machine, value]) => `${metric}{state_machine="${machine}"} ${value}`);
  return [`# TYPE ${metric} counter`, ...samples];
}
