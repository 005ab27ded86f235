import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  type SFNClient,
  StateMachineDoesNotExist,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './local-template.ts';
import type { StateMachineDescription } from './state-machine-description.ts';

/** Creates a state machine, or updates the one of its name where definition or role changed; answers its ARN. */
export async function ensureStateMachine(client: SFNClient, wanted: StateMachineDescription): Promise<string> {
  const stateMachineArn = `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stateMachine:${wanted.name}`;
  const stored = await describe(client, stateMachineArn);
  if (stored === undefined) {
    await client.send(new CreateStateMachineCommand(wanted));
  } else if (stored.definition !== wanted.definition || stored.roleArn !== wanted.roleArn) {
    const { definition, roleArn } = wanted;
    await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition, roleArn }));
  }
  return stateMachineArn;
}

async function describe(
  client: SFNClient,
  stateMachineArn: string,
): Promise<{ readonly definition: string | undefined; readonly roleArn: string | undefined } | undefined> {
  try {
    const { definition, roleArn } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return { definition, roleArn };
  } catch (error) {
    if (error instanceof StateMachineDoesNotExist) {
      return undefined;
    }
    throw error;
  }
}
