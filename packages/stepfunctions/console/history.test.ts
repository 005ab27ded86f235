import { randomUUID } from 'node:crypto';
import {
  CreateStateMachineCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../src/testing/test-server.ts';
import type { Definition, DescribedExecution, HistoryEvent } from './app/answers.ts';
import { type ReadHistory, readHistory, type Sequence } from './app/history.ts';

// Histories of the real engine, read as the console reads them.
let server: TestServer;
let client: SFNClient;

beforeAll(async () => {
  server = await startTestServer({
    breaks: () => {
      throw new Error('it broke');
    },
  });
  client = new SFNClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

async function called<Answer>(action: string, input: object): Promise<Answer> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` },
    body: JSON.stringify(input),
  });
  return (await response.json()) as Answer;
}

async function started(definition: Definition, input: unknown): Promise<string> {
  const made = {
    name: randomUUID(),
    roleArn: 'arn:aws:iam::000000000000:role/any',
    definition: JSON.stringify(definition),
  };
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand(made));
  const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  return (await client.send(start)).executionArn ?? '';
}

async function readOnceEnded(definition: Definition, executionArn: string): Promise<ReadHistory> {
  for (;;) {
    const { status } = await called<DescribedExecution>('DescribeExecution', { executionArn });
    if (status !== 'RUNNING') {
      return readHistory(definition, await eventsOf(executionArn));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function eventsOf(executionArn: string): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await called<{ readonly events: readonly HistoryEvent[]; readonly nextToken?: string }>(
      'GetExecutionHistory',
      { executionArn, maxResults: 1_000, nextToken },
    );
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

function statuses({ states }: Sequence): Readonly<Record<string, string>> {
  return Object.fromEntries(states.map(({ name, status }) => [name, status]));
}

const ITERATION = {
  StartAt: 'Look',
  States: {
    Look: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 13, Next: 'Unlucky' }], Default: 'Fine' },
    Unlucky: { Type: 'Fail', Error: 'BadLuck' },
    Fine: { Type: 'Pass', End: true },
  },
};
const MAP = {
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      MaxConcurrency: 3,
      ItemProcessor: ITERATION,
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Undo' }],
      Next: 'Done',
    },
    Undo: { Type: 'Fail', Error: 'GaveUp', Cause: 'an item failed' },
    Done: { Type: 'Succeed' },
  },
} as unknown as Definition;

test('a Map that failed has the iteration that failed first, with the state that did it', async () => {
  const { sequence } = await readOnceEnded(MAP, await started(MAP, [11, 12, 13, 14]));
  expect(statuses(sequence)).toEqual({ Each: 'CAUGHT', Undo: 'FAILED', Done: 'NOT_REACHED' });
  expect(sequence.states[0]?.error).toEqual({ name: 'an iteration failed' });
  const iterations = sequence.inner.get('Each') ?? [];
  expect(iterations[0]).toMatchObject({ title: 'Iteration 2', status: 'FAILED' });
  expect(iterations.slice(1).map(({ status }) => status)).not.toContain('FAILED');
  expect(statuses(iterations[0]?.open() as Sequence)).toEqual({
    Look: 'SUCCEEDED',
    Unlucky: 'FAILED',
    Fine: 'NOT_REACHED',
  });
});

test('branches of a Parallel state, and a Map inside one of them, are told apart', async () => {
  const definition = {
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Left', States: { Left: { Type: 'Map', ItemProcessor: ITERATION, End: true } } },
          { StartAt: 'Right', States: { Right: { Type: 'Pass', Result: 'right', End: true } } },
        ],
        Next: 'End',
      },
      End: { Type: 'Pass', End: true },
    },
  } as unknown as Definition;
  const { sequence, events } = await readOnceEnded(definition, await started(definition, [1, 2]));
  expect(statuses(sequence)).toEqual({ Both: 'SUCCEEDED', End: 'SUCCEEDED' });
  const [left, right] = (sequence.inner.get('Both') ?? []).map(({ open }) => open());
  expect(left?.states).toMatchObject([{ name: 'Left', status: 'SUCCEEDED', input: [1, 2] }]);
  expect(right?.states).toMatchObject([{ name: 'Right', status: 'SUCCEEDED', output: 'right' }]);
  const inputs = left?.inner.get('Left')?.map(({ open }) => open().states.find(({ name }) => name === 'Fine')?.input);
  expect(inputs).toEqual([1, 2]);
  expect(sequence.events.some(({ state }) => state === 'Right')).toBe(false);
  expect(events.filter(({ state }) => state === 'Fine')).toHaveLength(4);
});

test('a task that was retried, failed and was redriven shows its tries and that it runs again', async () => {
  const definition = {
    StartAt: 'Call',
    States: {
      Call: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:000000000000:function:breaks',
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1, IntervalSeconds: 1, MaxDelaySeconds: 2 }],
        End: true,
      },
    },
  } as unknown as Definition;
  const executionArn = await started(definition, {});
  const { sequence } = await readOnceEnded(definition, executionArn);
  expect(sequence.states[0]).toMatchObject({ status: 'FAILED', attempts: 2, error: { message: 'it broke' } });
  await client.send(new RedriveExecutionCommand({ executionArn }));
  const again = readHistory(definition, (await eventsOf(executionArn)).slice(0, -1));
  expect(again.events.some(({ type }) => type === 'ExecutionRedriven')).toBe(true);
});

test('twenty thousand events are read in a second or two, and an iteration only where somebody looks', () => {
  let id = 0;
  const event = (type: string, previousEventId: number, details?: object): HistoryEvent => {
    id += 1;
    return {
      id,
      previousEventId,
      timestamp: 1_795_000_000 + id,
      type,
      ...(details !== undefined && { anyEventDetails: details }),
    };
  };
  const before = [
    event('ExecutionStarted', 0),
    event('MapStateEntered', 0, { name: 'Each', input: '[]' }),
    event('MapStateStarted', 2, { length: 5_000 }),
  ];
  const iterations = Array.from({ length: 5_000 }, (_, index) => [
    event('MapIterationStarted', 3, { name: 'Each', index }),
    event('PassStateEntered', id, { name: 'Fine', input: `${index}` }),
    event('PassStateExited', id, { name: 'Fine', output: `${index}` }),
    event(index === 4_321 ? 'MapIterationFailed' : 'MapIterationSucceeded', id, { name: 'Each', index }),
  ]);
  const begun = performance.now();
  const { sequence, events } = readHistory(MAP, [...before, ...iterations.flat()]);
  const [first, second] = sequence.inner.get('Each') ?? [];
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect([events.length, first?.title, second?.title]).toEqual([20_003, 'Iteration 4321', 'Iteration 0']);
  expect(second?.open().states.find(({ name }) => name === 'Fine')?.output).toBe(0);
});
