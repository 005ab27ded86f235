import { randomUUID } from 'node:crypto';
import { AwsCallError, AwsCalls } from '../bench/aws-calls.ts';
import { definitionOf, INPUT } from './definitions.ts';
import type { ExecutionState, Program, RunningPeer } from './peer.ts';

type ApiPeer = Required<Pick<RunningPeer, 'begin' | 'stateOf' | 'takeTask' | 'answerTask' | 'redrive'>>;

type Call = (action: string, body: object) => Promise<Readonly<Record<string, unknown>>>;

const ROLE = 'arn:aws:iam::000000000000:role/comparison';

/** A peer by its Step Functions API. */
export function throughApi(api: string): ApiPeer {
  const calls = new AwsCalls(api);
  const call = (action: string, body: object) => calls.call('states', action, body);
  const machines = new Map<Program, Promise<string>>();
  const activities = new Map<Program, Promise<string>>();
  const activityOf = (program: Program): Promise<string> => {
    const known = activities.get(program) ?? createActivity(call, `comparison-${program}`);
    activities.set(program, known);
    return known;
  };
  const created = async (program: Program): Promise<string> => {
    const needsActivity = program === 'retry' || program === 'token' || program === 'redrive';
    const definition = JSON.stringify(definitionOf(program, needsActivity ? await activityOf(program) : ''));
    const name = `comparison-${program}-${Date.now()}`;
    const { stateMachineArn } = await call('CreateStateMachine', { name, roleArn: ROLE, definition });
    return String(stateMachineArn);
  };
  const machineOf = (program: Program): Promise<string> => {
    const known = machines.get(program) ?? created(program);
    machines.set(program, known);
    return known;
  };
  return {
    begin: async (program) => {
      const stateMachineArn = await machineOf(program);
      const { executionArn } = await call('StartExecution', {
        stateMachineArn,
        name: randomUUID(),
        input: INPUT,
      });
      return String(executionArn);
    },
    stateOf: async (executionArn) => {
      try {
        const { status } = await call('DescribeExecution', { executionArn });
        return stateFrom(String(status));
      } catch (error) {
        if (error instanceof AwsCallError && error.type.startsWith('ExecutionDoesNotExist')) {
          return 'LOST';
        }
        throw error;
      }
    },
    takeTask: async (program) => {
      const { taskToken } = await call('GetActivityTask', { activityArn: await activityOf(program) });
      if (typeof taskToken !== 'string' || taskToken === '') {
        throw new Error('no task came in time');
      }
      return taskToken;
    },
    answerTask: async (taskToken, isSuccess) => {
      await (isSuccess
        ? call('SendTaskSuccess', { taskToken, output: '{}' })
        : call('SendTaskFailure', { taskToken, error: 'TryAgain', cause: 'the first time' }));
    },
    redrive: async (executionArn) => {
      await call('RedriveExecution', { executionArn });
    },
  };
}

/** One that is there from before a restart is taken: not every peer answers a repetition with its ARN. */
async function createActivity(call: Call, name: string): Promise<string> {
  try {
    const { activityArn } = await call('CreateActivity', { name });
    return String(activityArn);
  } catch (error) {
    const { activities } = await call('ListActivities', {});
    const found = (activities as readonly Readonly<Record<string, unknown>>[]).find(
      (activity) => activity.name === name,
    );
    if (found === undefined) {
      throw error;
    }
    return String(found.activityArn);
  }
}

function stateFrom(status: string): ExecutionState {
  return status === 'RUNNING' || status === 'SUCCEEDED' ? status : 'FAILED';
}
