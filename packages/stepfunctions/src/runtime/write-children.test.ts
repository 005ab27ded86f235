import { expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';
import { eventually } from '../testing/test-server.ts';

const on = withTestEngine();

test('children of concurrent map runs of one state belong to their own map run', async () => {
  const inner: JsonObject = {
    Type: 'Map',
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 0, Next: 'P' }, P: { Type: 'Pass', End: true } },
    },
    End: true,
  };
  const stateMachineArn = await on.create('machine', {
    StartAt: 'Outer',
    States: { Outer: { Type: 'Map', ItemProcessor: { StartAt: 'Inner', States: { Inner: inner } }, End: true } },
  });
  const started = await on.call('StartExecution', { stateMachineArn, input: '[["a", "b"], ["c", "d", "e"]]' });
  const executionArn = String(started.executionArn);
  await eventually(
    async () => (await on.call('DescribeExecution', { executionArn })).status === 'SUCCEEDED' || undefined,
  );
  const { mapRuns } = await on.call('ListMapRuns', { executionArn });
  const inputs = await Promise.all(
    (mapRuns as readonly JsonObject[]).map(async ({ mapRunArn = '' }) => {
      const { executions } = await on.call('ListExecutions', { mapRunArn });
      const children = await Promise.all(
        (executions as readonly JsonObject[]).map((child) =>
          on.call('DescribeExecution', { executionArn: child.executionArn ?? '' }),
        ),
      );
      return children.map(({ input }) => input).sort();
    }),
  );
  expect(inputs.sort()).toEqual([
    ['"a"', '"b"'],
    ['"c"', '"d"', '"e"'],
  ]);
});
