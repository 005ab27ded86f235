import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { withFolder, withTestServers } from './testing/fixtures.ts';
import { CALLBACK, machine, TASK, typesOf } from './testing/server-machines.ts';
import { eventually } from './testing/test-server.ts';

// Tasks that somebody outside answers, and what waits while the server restarts.
const serve = withTestServers();
const folder = withFolder();

/** Starts an execution whose task waits for the answer to its token. */
async function callback() {
  const tokens: string[] = [];
  const server = await serve({
    work: (event) => {
      tokens.push(String((event as JsonObject).token));
      return null;
    },
  });
  const executionArn = await server.start(await server.create('callback', CALLBACK));
  return { server, executionArn, taskToken: await eventually(() => tokens[0]) };
}

describe('a task token', () => {
  test('a task token is answered once, later answers get TaskTimedOut', async () => {
    const { server, executionArn, taskToken } = await callback();
    const answers = await Promise.allSettled(
      ['"one"', '"two"'].map((output) => server.call('SendTaskSuccess', { taskToken, output })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await server.end(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    for (const action of ['SendTaskFailure', 'SendTaskHeartbeat']) {
      await expect(server.call(action, { taskToken })).rejects.toMatchObject({ type: 'TaskTimedOut' });
    }
    await expect(server.call('SendTaskHeartbeat', { taskToken: 'made up' })).rejects.toMatchObject({
      type: 'InvalidToken',
    });
    await expect(server.call('SendTaskSuccess', { taskToken, output: 'no json' })).rejects.toMatchObject({
      type: 'InvalidOutput',
    });
  });

  test('the task token of a stopped execution gets TaskTimedOut', async () => {
    const { server, executionArn, taskToken } = await callback();
    await server.call('StopExecution', { executionArn });
    await expect(server.call('SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({
      type: 'TaskTimedOut',
    });
  });
});

describe('an activity', () => {
  test('an activity gives each task to one of the waiting workers', async () => {
    const server = await serve();
    const { activityArn } = await server.call('CreateActivity', { name: 'work' });
    const stateMachineArn = await server.create(
      'manual',
      machine({ Type: 'Task', Resource: activityArn ?? '', HeartbeatSeconds: 30 }),
    );
    const polls = [1, 2].map(() => server.call('GetActivityTask', { activityArn: activityArn ?? '', workerName: 'w' }));
    const executions = [
      await server.start(stateMachineArn, { input: '{"n":1}' }),
      await server.start(stateMachineArn, { input: '{"n":2}' }),
    ];
    const tasks = await Promise.all(polls);
    expect(tasks.map(({ input }) => input).sort()).toEqual(['{"n":1}', '{"n":2}']);
    for (const { taskToken, input } of tasks) {
      await server.call('SendTaskHeartbeat', { taskToken: taskToken ?? '' });
      await server.call('SendTaskSuccess', { taskToken: taskToken ?? '', output: input ?? '' });
    }
    const ends = await Promise.all(executions.map((executionArn) => server.end(executionArn)));
    expect(ends.map(({ output }) => output)).toEqual(['{"n":1}', '{"n":2}']);
    const history = await server.call('GetExecutionHistory', { executionArn: executions[0] ?? '' });
    expect(typesOf(history)).toContain('ActivityStarted');
  });
});

describe('after a restart', () => {
  test('a Wait, a task token, an activity task and an interrupted Lambda call continue after a restart', async () => {
    const tokens: string[] = [];
    let calls = 0;
    const server = await serve(
      {
        work: async (event) => {
          const { token } = (event ?? {}) as JsonObject;
          if (typeof token === 'string') {
            tokens.push(token);
          }
          calls += 1;
          return calls === 2 ? new Promise(() => undefined) : 'answered';
        },
      },
      { dataDir: folder.path },
    );
    const { activityArn } = await server.call('CreateActivity', { name: 'work' });
    const callback = await server.start(await server.create('callback', CALLBACK));
    const taskToken = await eventually(() => tokens[0]);
    await eventually(async () => {
      const history = await server.call('GetExecutionHistory', { executionArn: callback });
      return typesOf(history).includes('TaskSubmitted') || undefined;
    });
    const wait = await server.start(await server.create('wait', machine({ Type: 'Wait', Seconds: 1 })));
    const activity = await server.start(
      await server.create('activity', machine({ Type: 'Task', Resource: activityArn ?? '' })),
    );
    const lost = await server.start(await server.create('lost', TASK));
    await eventually(() => (calls === 2 ? true : undefined));

    await server.restart();
    expect(await server.end(lost)).toMatchObject({ status: 'SUCCEEDED', output: '"answered"' });
    expect(await server.end(wait)).toMatchObject({ status: 'SUCCEEDED' });
    await server.call('SendTaskSuccess', { taskToken, output: '"by token"' });
    expect(await server.end(callback)).toMatchObject({ status: 'SUCCEEDED', output: '"by token"' });
    expect(tokens).toHaveLength(1);
    const task = await server.call('GetActivityTask', { activityArn: activityArn ?? '' });
    await server.call('SendTaskSuccess', { taskToken: task.taskToken ?? '', output: '"by hand"' });
    expect(await server.end(activity)).toMatchObject({ status: 'SUCCEEDED', output: '"by hand"' });
  });

  test('a parent learns after a restart that its .sync job has ended', async () => {
    const release = Promise.withResolvers<null>();
    const server = await serve({ work: () => release.promise }, { dataDir: folder.path });
    const child = await server.create('child', TASK);
    const parent = await server.create(
      'parent',
      machine({
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: child, Input: { a: 1 } },
        OutputPath: '$.Output',
      }),
    );
    const executionArn = await server.start(parent);
    await eventually(async () => {
      const { executions } = await server.call('ListExecutions', { stateMachineArn: child });
      return (executions as readonly unknown[]).length > 0 || undefined;
    });
    await server.restart();
    release.resolve(null);
    expect(await server.end(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'null' });
    const { executions } = await server.call('ListExecutions', { stateMachineArn: child });
    expect(executions).toHaveLength(1);
  });
});
