import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  type ScanCommandOutput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { translateErrors } from '../clients/aws.ts';
import { type Webhook, webhookSchema } from './webhook.ts';

/** The table of webhooks of this stage. */
export interface WebhookTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** Most webhooks of a stage: each costs every event a write. */
export const MAX_WEBHOOKS = 20;

/** All webhooks, oldest first, as last written. @throws RetryableError where DynamoDB does not reply */
export async function listWebhooks({ client, name }: WebhookTable): Promise<readonly Webhook[]> {
  const webhooks: Webhook[] = [];
  let after: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await callTable(
      client.send(
        new ScanCommand({
          TableName: name,
          ConsistentRead: true,
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
      ),
    );
    webhooks.push(...Items.map((item) => webhookSchema.parse(item)));
    after = LastEvaluatedKey;
  } while (after !== undefined);
  return webhooks.toSorted((one, other) => (one.created_at < other.created_at ? -1 : 1));
}

/** The webhook as last written; undefined where there is none. @throws RetryableError */
export async function readWebhook({ client, name }: WebhookTable, webhookId: string): Promise<Webhook | undefined> {
  const { Item } = await callTable(
    client.send(new GetCommand({ TableName: name, Key: { webhook_id: webhookId }, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : webhookSchema.parse(Item);
}

/** Writes a new webhook. @throws RetryableError */
export async function addWebhook({ client, name }: WebhookTable, webhook: Webhook): Promise<void> {
  await callTable(
    client.send(
      new PutCommand({ TableName: name, Item: webhook, ConditionExpression: 'attribute_not_exists(webhook_id)' }),
    ),
  );
}

/** Removes a webhook. False where there is none. @throws RetryableError */
export async function removeWebhook({ client, name }: WebhookTable, webhookId: string): Promise<boolean> {
  const { Attributes } = await callTable(
    client.send(new DeleteCommand({ TableName: name, Key: { webhook_id: webhookId }, ReturnValues: 'ALL_OLD' })),
  );
  return Attributes !== undefined;
}

type Change = Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** Changes a webhook that exists. False where its condition does not hold. */
async function update({ client, name }: WebhookTable, webhookId: string, change: Change): Promise<boolean> {
  const { ConditionExpression: condition } = change;
  const exists = 'attribute_exists(webhook_id)';
  try {
    await callTable(
      client.send(
        new UpdateCommand({
          TableName: name,
          Key: { webhook_id: webhookId },
          ...change,
          ConditionExpression: condition === undefined ? exists : `${exists} AND ${condition}`,
        }),
      ),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
}

/** A delivery that failed. */
export interface Failure {
  readonly at: Date;
  readonly what: string;
  /** No delivery to the same receiver should be tried before. */
  readonly nextTryAt: Date;
}

/** Counts a failed delivery. @throws RetryableError */
export async function recordFailure(table: WebhookTable, webhookId: string, failure: Failure): Promise<void> {
  await update(table, webhookId, {
    UpdateExpression:
      'SET last_failure = :what, next_try_at = :next, failing_since = if_not_exists(failing_since, :at) ADD failures :one',
    ExpressionAttributeValues: {
      ':what': failure.what,
      ':next': failure.nextTryAt.toISOString(),
      ':at': failure.at.toISOString(),
      ':one': 1,
    },
  });
}

/**
 * Claims the next try of a receiver that seems dead. False where another delivery has claimed it.
 *
 * @param until no other delivery tries the receiver before this time
 * @throws RetryableError
 */
export function claimTry(
  table: WebhookTable,
  { webhook_id, next_try_at = '' }: Pick<Webhook, 'webhook_id' | 'next_try_at'>,
  until: Date,
): Promise<boolean> {
  return update(table, webhook_id, {
    UpdateExpression: 'SET next_try_at = :until',
    ConditionExpression: 'next_try_at = :seen',
    ExpressionAttributeValues: { ':until': until.toISOString(), ':seen': next_try_at },
  });
}

/** Forgets failed deliveries: one has succeeded. @throws RetryableError */
export async function clearFailures(table: WebhookTable, webhookId: string): Promise<void> {
  await update(table, webhookId, { UpdateExpression: 'REMOVE failures, failing_since, last_failure, next_try_at' });
}

/** Switches a webhook off. False where it is off or gone. @throws RetryableError */
export function switchOff(table: WebhookTable, webhookId: string, reason: string, at: Date): Promise<boolean> {
  return update(table, webhookId, {
    UpdateExpression: 'SET disabled_at = :at, disabled_reason = :reason',
    ConditionExpression: 'attribute_not_exists(disabled_at)',
    ExpressionAttributeValues: { ':at': at.toISOString(), ':reason': reason },
  });
}

/** Switches a webhook on again, and forgets its failures. @throws RetryableError */
export async function switchOn(table: WebhookTable, webhookId: string, at: Date): Promise<void> {
  await update(table, webhookId, {
    UpdateExpression:
      'SET switched_on_at = :at REMOVE disabled_at, disabled_reason, failures, failing_since, last_failure, next_try_at',
    ExpressionAttributeValues: { ':at': at.toISOString() },
  });
}

/**
 * Replaces the secrets of a webhook. False where others were written in the meantime.
 *
 * @throws RetryableError
 */
export function replaceSecrets(table: WebhookTable, seen: Webhook, secrets: Webhook['secrets']): Promise<boolean> {
  return update(table, seen.webhook_id, {
    UpdateExpression: 'SET secrets = :secrets',
    ConditionExpression: 'secrets = :seen',
    ExpressionAttributeValues: { ':secrets': secrets, ':seen': seen.secrets },
  });
}

/** @throws RetryableError where DynamoDB throttles or does not reply; other errors as they are */
export function callTable<T>(call: Promise<T>): Promise<T> {
  return translateErrors(call, 'WEBHOOKS_UNAVAILABLE', 'the store of webhooks does not answer');
}
