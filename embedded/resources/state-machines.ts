import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  type SFNClient,
  StateMachineDoesNotExist,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { LocalResource } from './local-template.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './local-template.ts';

const propertiesSchema = z.object({
  StateMachineName: z.string(),
  StateMachineType: z.enum(['STANDARD', 'EXPRESS']).optional(),
  RoleArn: z.string(),
  Definition: z.record(z.string(), z.unknown()).optional(),
  DefinitionString: z.string().optional(),
  DefinitionSubstitutions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** A state machine of serverless.yml, ready for CreateStateMachine. */
export interface StateMachineDescription {
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly roleArn: string;
  /** The Amazon States Language text with every `${placeholder}` of DefinitionSubstitutions replaced. */
  readonly definition: string;
}

/**
 * Reads a resolved `AWS::StepFunctions::StateMachine`.
 *
 * @throws Error naming the resource and the property or placeholder that is wrong
 */
export function readStateMachineDescription({ logicalId, properties }: LocalResource): StateMachineDescription {
  const parsed = propertiesSchema.safeParse(properties);
  if (!parsed.success) {
    throw new Error(`Resource ${logicalId} cannot be made a state machine: ${z.prettifyError(parsed.error)}`);
  }
  const { StateMachineName, StateMachineType, RoleArn, Definition, DefinitionString } = parsed.data;
  const text = DefinitionString ?? (Definition === undefined ? undefined : JSON.stringify(Definition, null, 2));
  if (text === undefined) {
    throw new Error(`Resource ${logicalId} has neither Definition nor DefinitionString.`);
  }
  return {
    name: StateMachineName,
    type: StateMachineType ?? 'STANDARD',
    roleArn: RoleArn,
    definition: substitute(logicalId, text, parsed.data.DefinitionSubstitutions ?? {}),
  };
}

// Placeholders stand inside JSON strings, so values are escaped like JSON strings.
function substitute(
  logicalId: string,
  text: string,
  values: Readonly<Record<string, string | number | boolean>>,
): string {
  return text.replaceAll(/\$\{([A-Za-z0-9_]+)\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`The definition of ${logicalId} has \${${name}}, which its DefinitionSubstitutions do not name.`);
    }
    return JSON.stringify(String(value)).slice(1, -1);
  });
}

/** Creates a state machine, or updates it when its definition or role changed. Returns its ARN. */
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
