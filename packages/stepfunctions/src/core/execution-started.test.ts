import { expect, test } from '@jest/globals';
import { parseDefinition } from '../language/definition.ts';
import { createExecution, step } from './step.ts';
import { machine, pass, ScriptedRun } from './testing/scripted-run.ts';

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';

test('the first event of a history has the input, the role, and the version and alias that were started', async () => {
  const execution = createExecution({
    arn: 'arn:aws:states:us-east-1:000000000000:execution:machine:run',
    name: 'run',
    stateMachineArn: MACHINE,
    stateMachineName: 'machine',
    versionArn: `${MACHINE}:3`,
    aliasArn: `${MACHINE}:live`,
    type: 'STANDARD',
    roleArn: 'arn:aws:iam::000000000000:role/machine',
    input: '{ "a": 1 }',
  });
  const definition = parseDefinition(JSON.stringify(machine({ Done: pass() })));
  const { history } = await step(definition, execution, { type: 'ExecutionStarted', at: 7, entropy: '00' });
  const details = {
    input: '{ "a": 1 }',
    inputDetails: { truncated: false },
    roleArn: 'arn:aws:iam::000000000000:role/machine',
  };
  expect(history[0]).toEqual({
    id: 1,
    previousEventId: 0,
    timestamp: 7,
    type: 'ExecutionStarted',
    executionStartedEventDetails: {
      ...details,
      stateMachineAliasArn: `${MACHINE}:live`,
      stateMachineVersionArn: `${MACHINE}:3`,
    },
  });
  const plain = await ScriptedRun.start(machine({ Done: pass() }));
  expect(plain.history[0]).toMatchObject({ executionStartedEventDetails: { ...details, input: '{}' } });
  expect(JSON.stringify(plain.history[0])).not.toMatch(/Alias|Version/);
});

test('the context object tells the execution, its redrives, the state and the state machine', async () => {
  const Work = {
    Type: 'Task',
    Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    Parameters: { 'all.$': '$$' },
    End: true,
  };
  const run = await ScriptedRun.start(machine({ Work }), { input: { a: 1 } });
  const StartTime = new Date(run.now).toISOString();
  const Execution = {
    Id: run.execution.arn,
    Input: { a: 1 },
    StartTime,
    Name: 'run',
    RoleArn: run.execution.roleArn,
    RedriveCount: 0,
  };
  const rest = {
    State: { Name: 'Work', EnteredTime: StartTime, RetryCount: 0 },
    StateMachine: { Id: MACHINE, Name: 'machine' },
  };
  expect(run.tasks[0]?.input).toEqual({ all: { Execution, ...rest } });
  await run.fail('Boom');
  await run.passSeconds(60);
  await run.deliver({ type: 'RedriveRequested' });
  const RedriveTime = new Date(run.now).toISOString();
  expect(run.tasks[0]?.input).toEqual({ all: { Execution: { ...Execution, RedriveCount: 1, RedriveTime }, ...rest } });
});
