import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { TableNames } from '../child-processes.ts';
import { ConfigurationError } from '../configuration.ts';
import { ensureTable, readTableDescription } from '../dynamodb/tables.ts';
import { type RetryPatience, withPatience } from '../laboratory/retry-patience.ts';
import type { LocalTemplate } from './local-template.ts';
import type { Serverless } from './serverless-service.ts';
import { ensureAlias, readAliasDescription } from './state-machine-aliases.ts';
import { ensureStateMachine, readStateMachineDescription } from './state-machines.ts';

const tableNamesSchema = z.object({ items: z.string(), reservations: z.string(), payments: z.string() });

/** Creates the tables of serverless.yml that do not exist yet, and adds missing indexes. */
export async function provisionTables(template: LocalTemplate, dynamodbUrl: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint: dynamodbUrl });
  try {
    await Promise.all(
      template
        .resourcesOfType('AWS::DynamoDB::Table')
        .map(({ logicalId, properties }) => ensureTable(client, readTableDescription(logicalId, properties))),
    );
  } finally {
    client.destroy();
  }
}

/**
 * Creates the state machines of serverless.yml and their aliases, or updates those that changed.
 *
 * @param patience how long failed steps are tried again
 */
export async function provisionStateMachines(
  template: LocalTemplate,
  client: SFNClient,
  patience: RetryPatience = 'as_deployed',
): Promise<void> {
  for (const resource of template.resourcesOfType('AWS::StepFunctions::StateMachine')) {
    const described = readStateMachineDescription(resource);
    await ensureStateMachine(client, { ...described, definition: withPatience(described.definition, patience) });
  }
  for (const resource of template.resourcesOfType('AWS::StepFunctions::StateMachineAlias')) {
    await ensureAlias(client, readAliasDescription(resource));
  }
}

/**
 * The services' tables, as serverless.yml names them.
 *
 * @throws ConfigurationError naming what is missing
 */
export function tableNamesOf({ service }: Serverless): TableNames {
  const parsed = tableNamesSchema.safeParse(service.custom?.tables);
  if (!parsed.success) {
    throw new ConfigurationError(`custom.tables of serverless.yml: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
