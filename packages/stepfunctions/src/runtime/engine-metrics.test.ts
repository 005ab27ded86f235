import { expect, test } from '@jest/globals';
import type { Execution } from '../core/execution.ts';
import type { HistoryEvent } from '../core/history-event.ts';
import { withTestServer } from '../testing/fixtures.ts';
import { EngineMetrics } from './engine-metrics.ts';

const server = withTestServer({
  work: (input) => {
    if (JSON.stringify(input) !== '{}') {
      throw new Error('no');
    }
    return {};
  },
});

async function metrics(): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(`${server.url}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const samples = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

test('the metrics count what executions did, under the names of CloudWatch', async () => {
  const machine = await server.create('counted', {
    StartAt: 'Before',
    States: {
      Before: { Type: 'Pass', Next: 'Work' },
      Work: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:work', End: true },
    },
  });
  expect(await metrics()).toEqual({ stepfunctions_invokes_under_way: 0, stepfunctions_executions_queued: 0 });
  for (const input of ['{}', '{"fails":true}']) {
    await server.end(await server.start(machine, { input }));
  }
  const of = (name: string) => `aws_states_${name}_total{state_machine="counted"}`;
  expect(await metrics()).toEqual({
    [of('executions_started')]: 2,
    [of('executions_succeeded')]: 1,
    [of('executions_failed')]: 1,
    [of('execution_time_seconds')]: expect.any(Number),
    [of('lambda_functions_scheduled')]: 2,
    [of('lambda_functions_succeeded')]: 1,
    [of('lambda_functions_failed')]: 1,
    [of('state_transitions')]: 4,
    stepfunctions_invokes_under_way: 0,
    stepfunctions_executions_queued: 0,
  });
});

test('the time of an execution is counted in seconds, once, when it ends', () => {
  const counted = new EngineMetrics();
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders';
  const running = { stateMachineArn, startedAt: 1_000 } as Execution;
  counted.committed(running, [{ type: 'ExecutionStarted' }, { type: 'PassStateEntered' }] as HistoryEvent[]);
  const load = { invokesUnderWay: 0, executionsQueued: 0 };
  expect(counted.text(load)).not.toContain('execution_time');
  counted.committed({ ...running, stoppedAt: 3_500 }, [
    { type: 'PassStateExited' },
    { type: 'ExecutionSucceeded' },
  ] as HistoryEvent[]);
  expect(counted.text(load)).toContain('aws_states_execution_time_seconds_total{state_machine="orders"} 2.5\n');
});

const MACHINE = { stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:orders', startedAt: 1_000 };
const LOAD = { invokesUnderWay: 3, executionsQueued: 4 };

test.each([
  ['ExecutionStarted', 'executions_started'],
  ['ExecutionSucceeded', 'executions_succeeded'],
  ['ExecutionFailed', 'executions_failed'],
  ['ExecutionAborted', 'executions_aborted'],
  ['ExecutionTimedOut', 'executions_timed_out'],
  ['ExecutionRedriven', 'redriven_executions'],
  ['LambdaFunctionScheduled', 'lambda_functions_scheduled'],
  ['LambdaFunctionSucceeded', 'lambda_functions_succeeded'],
  ['LambdaFunctionFailed', 'lambda_functions_failed'],
  ['LambdaFunctionTimedOut', 'lambda_functions_timed_out'],
  ['ActivityScheduled', 'activities_scheduled'],
  ['ActivitySucceeded', 'activities_succeeded'],
  ['ActivityFailed', 'activities_failed'],
  ['ActivityTimedOut', 'activities_timed_out'],
  ['TaskScheduled', 'service_integrations_scheduled'],
  ['TaskSucceeded', 'service_integrations_succeeded'],
  ['TaskFailed', 'service_integrations_failed'],
  ['TaskTimedOut', 'service_integrations_timed_out'],
  ['ChoiceStateEntered', 'state_transitions'],
])('%s is counted as %s, and as nothing else', (type, name) => {
  const counted = new EngineMetrics();
  counted.committed(MACHINE as Execution, [{ type }, { type: 'TaskSubmitted' }, { type }] as HistoryEvent[]);
  expect(counted.text(LOAD)).toBe(
    [
      `# TYPE aws_states_${name}_total counter`,
      `aws_states_${name}_total{state_machine="orders"} 2`,
      '# TYPE stepfunctions_invokes_under_way gauge',
      'stepfunctions_invokes_under_way 3',
      '# TYPE stepfunctions_executions_queued gauge',
      'stepfunctions_executions_queued 4',
      '',
    ].join('\n'),
  );
});

test.each(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut'])(
  '%s counts the time of the execution, unless it was redriven in the same commit',
  (type) => {
    const counted = new EngineMetrics();
    counted.committed(MACHINE as Execution, [{ type }, { type: 'ExecutionRedriven' }] as HistoryEvent[]);
    expect(counted.text(LOAD)).not.toContain('execution_time');
    counted.committed({ ...MACHINE, stoppedAt: 2_000 } as Execution, [{ type }] as HistoryEvent[]);
    counted.committed({ ...MACHINE, stoppedAt: 1_500 } as Execution, [{ type }] as HistoryEvent[]);
    expect(counted.text(LOAD)).toContain('aws_states_execution_time_seconds_total{state_machine="orders"} 1.5\n');
  },
);

test('the metrics are in the order of their names, each with all of its state machines', () => {
  const counted = new EngineMetrics();
  for (const machine of ['b', 'a']) {
    const types = ['TaskScheduled', 'ExecutionStarted', 'PassStateEntered', 'ActivityFailed'];
    const history = types.map((type) => ({ type })) as HistoryEvent[];
    counted.committed({ ...MACHINE, stateMachineArn: `arn:x:${machine}` } as Execution, history);
  }
  const lines = counted.text(LOAD).split('\n');
  expect(lines.filter((line) => line.includes('counter')).map((line) => line.split(' ')[2])).toEqual([
    'aws_states_activities_failed_total',
    'aws_states_executions_started_total',
    'aws_states_service_integrations_scheduled_total',
    'aws_states_state_transitions_total',
  ]);
  expect(lines.slice(1, 3)).toEqual([
    'aws_states_activities_failed_total{state_machine="b"} 1',
    'aws_states_activities_failed_total{state_machine="a"} 1',
  ]);
});
