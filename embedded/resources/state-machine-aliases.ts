import {
  CreateStateMachineAliasCommand,
  DescribeStateMachineAliasCommand,
  PublishStateMachineVersionCommand,
  ResourceNotFound,
  type SFNClient,
  UpdateStateMachineAliasCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { LocalResource } from './local-template.ts';

/** An alias of serverless.yml. */
export interface AliasDescription {
  readonly name: string;
  readonly stateMachineArn: string;
}

const propertiesSchema = z.object({
  Name: z.string(),
  // LocalTemplate resolves a version to its state machine.
  DeploymentPreference: z.object({ StateMachineVersionArn: z.string() }),
});

/**
 * Reads a resolved `AWS::StepFunctions::StateMachineAlias`.
 *
 * @throws Error naming the resource and the property that is wrong
 */
export function readAliasDescription({ logicalId, properties }: LocalResource): AliasDescription {
  const parsed = propertiesSchema.safeParse(properties);
  if (!parsed.success) {
    throw new Error(`Resource ${logicalId} cannot be made an alias: ${z.prettifyError(parsed.error)}`);
  }
  const { Name, DeploymentPreference } = parsed.data;
  return { name: Name, stateMachineArn: DeploymentPreference.StateMachineVersionArn };
}

/** Publishes a version of a state machine that changed, and lets all new executions of the alias start by it. */
export async function ensureAlias(client: SFNClient, { name, stateMachineArn }: AliasDescription): Promise<void> {
  const { stateMachineVersionArn } = await client.send(new PublishStateMachineVersionCommand({ stateMachineArn }));
  const stateMachineAliasArn = `${stateMachineArn}:${name}`;
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  try {
    const { routingConfiguration: routes = [] } = await client.send(
      new DescribeStateMachineAliasCommand({ stateMachineAliasArn }),
    );
    if (routes.length !== 1 || routes[0]?.stateMachineVersionArn !== stateMachineVersionArn) {
      await client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration }));
    }
  } catch (error) {
    if (!(error instanceof ResourceNotFound)) {
      throw error;
    }
    await client.send(new CreateStateMachineAliasCommand({ name, routingConfiguration }));
  }
}
