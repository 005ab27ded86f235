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
