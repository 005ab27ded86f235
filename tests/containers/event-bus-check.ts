import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { eventually } from '../../embedded/eventually.ts';
import { type AwsConnection, clientSettings } from '../../verification/invariants/reader/aws-connection.ts';

const NAME = 'order-events-check';
const WITHIN_MS = 120_000;

const eventSchema = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.object({ data: z.object({ order_id: z.string() }) }),
});

/** The events of a stage's bus, as a rule of the account gets them. */
export interface BusEvents {
  /** Waits until an event of this type came for an order, and returns the types of all that came for it, each once. */
  readonly until: (orderId: string, type: string) => Promise<ReadonlySet<string>>;
  /** Removes rule and queue. */
  readonly close: () => Promise<void>;
}

/** Makes a rule that passes the events of the bus into a queue. */
export async function listenToBus(connection: AwsConnection): Promise<BusEvents> {
  const bus = { EventBusName: `order-events-${connection.stage}` };
  const rules = new EventBridgeClient(clientSettings(connection));
  const queues = new SQSClient(clientSettings(connection));
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: NAME }));
  const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await rules.send(new PutRuleCommand({ ...bus, Name: NAME, EventPattern: JSON.stringify({ source: ['orders'] }) }));
  const target = { Id: NAME, Arn: Attributes?.QueueArn };
  await rules.send(new PutTargetsCommand({ ...bus, Rule: NAME, Targets: [target] }));
  const received: z.output<typeof eventSchema>[] = [];
  const typesOf = (orderId: string) =>
    new Set(received.filter(({ detail }) => detail.data.order_id === orderId).map((event) => event['detail-type']));
  return {
    until: (orderId, type) =>
      eventually(
        async () => {
          const { Messages = [] } = await queues.send(
            new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
          );
          received.push(...Messages.map(({ Body = '' }) => eventSchema.parse(JSON.parse(Body))));
          const types = typesOf(orderId);
          return types.has(type) && types;
        },
        { withinMs: WITHIN_MS, what: `the event ${type} of order ${orderId}` },
      ),
    close: async () => {
      await rules.send(new RemoveTargetsCommand({ ...bus, Rule: NAME, Ids: [NAME] }));
      await rules.send(new DeleteRuleCommand({ ...bus, Name: NAME }));
      await queues.send(new DeleteQueueCommand({ QueueUrl }));
      rules.destroy();
      queues.destroy();
    },
  };
}
