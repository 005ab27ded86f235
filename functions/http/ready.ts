import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { createStepFunctions } from '../clients/aws.ts';
import { readConfiguration } from '../common/configuration.ts';
import { RetryableError } from '../common/errors.ts';
import { asError } from '../common/logger.ts';
import { once } from '../common/once.ts';
import { orderTable, serviceHealth } from '../environment.ts';
import { unqualified } from '../orders/executions.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { respond } from './response.ts';

/** One thing that the API needs, and how to ask whether it is there. */
export interface NeededPart {
  /** As people call it, such as `the inventory`. */
  readonly name: string;
  /** @throws Error where it is not ready, or does not answer in time */
  readonly check: (timeoutMs: number) => Promise<unknown>;
}

/** How long one part may take to answer. */
const CHECK_TIMEOUT_MS = 1_000;

/** Requests within this time share one answer, so that whoever asks often costs the parts nothing. */
const SHARED_MS = 1_000;

/** Makes `GET /health/ready`: asks everything that the API needs, and says in words which of it is not ready. */
export function createHandler(parts: () => readonly NeededPart[]): Endpoint {
  let asked: { readonly at: number; readonly faults: Promise<readonly Fault[]> } | undefined;
  return createEndpoint(
    async ({ log }) => {
      if (asked === undefined || Date.now() - asked.at >= SHARED_MS) {
        asked = { at: Date.now(), faults: faultsOf(parts()) };
      }
      const faults = await asked.faults;
      for (const { name, error } of faults) {
        log.warn('not ready', { part: name, error: asError(error) });
      }
      if (faults.length > 0) {
        const names = faults.map(({ name }) => name).join(', ');
        throw new RetryableError('NOT_READY', `not ready: no answer from ${names}`);
      }
      return respond(200, { state: 'READY' });
    },
    { open: true },
  );
}

interface Fault {
  readonly name: string;
  readonly error: unknown;
}

async function faultsOf(parts: readonly NeededPart[]): Promise<readonly Fault[]> {
  const faults = await Promise.all(
    parts.map(async ({ name, check }): Promise<readonly Fault[]> => {
      try {
        await check(CHECK_TIMEOUT_MS);
        return [];
      } catch (error) {
        return [{ name, error }];
      }
    }),
  );
  return faults.flat();
}

/** An id that no order has. */
const NO_ORDER = '00000000-0000-0000-0000-000000000000';

const production = once((): readonly NeededPart[] => {
  const { client, name } = orderTable();
  const stepFunctions = createStepFunctions();
  const stateMachineArn = unqualified(readConfiguration(['ORDER_SAGA_ARN']).ORDER_SAGA_ARN);
  const { inventory, payment } = serviceHealth();
  return [
    {
      name: 'the order store',
      check: (timeoutMs) =>
        client.send(new GetCommand({ TableName: name, Key: { order_id: NO_ORDER } }), {
          abortSignal: AbortSignal.timeout(timeoutMs),
        }),
    },
    {
      name: 'the order sagas',
      check: (timeoutMs) =>
        stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }), {
          abortSignal: AbortSignal.timeout(timeoutMs),
        }),
    },
    { name: 'the inventory', check: inventory.check },
    { name: 'the payments', check: payment.check },
  ];
});

/** `GET /health/ready`. */
export const handler = createHandler(production);
