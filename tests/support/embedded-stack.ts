import { afterAll, beforeAll } from '@jest/globals';
import { type EmbeddedStack, type EmbeddedStackOptions, startEmbeddedStack } from '../../embedded/stack.ts';
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { type RowChange, StageAccess } from './stage-access.ts';

// A whole stack for all tests of a file, and what tests do to it past its API.

const START_MS = 120_000;

/** A running stack and a customer of its API. */
export interface StackFixture {
  readonly stack: EmbeddedStack;
  readonly api: OrderApiClient;
}

/**
 * Starts a stack for all tests of the file. A file calls this once, at its top. A start takes seconds of CPU, so suites
 * share a stack as parts (`*.part.test.ts`) of one file.
 *
 * @param options those of the stack, or what yields them before the start
 */
export function withStack(
  options: EmbeddedStackOptions | (() => EmbeddedStackOptions | Promise<EmbeddedStackOptions>) = {},
): StackFixture {
  let running: StackFixture | undefined;
  const started = (): StackFixture => {
    if (running === undefined) {
      throw new Error('There is a stack only inside of tests.');
    }
    return running;
  };
  beforeAll(async () => {
    const stack = await startEmbeddedStack(typeof options === 'function' ? await options() : options);
    running = { stack, api: new OrderApiClient(stack.urls.http) };
  }, START_MS);
  afterAll(() => running?.stack.stop(), START_MS);
  return {
    get stack() {
      return started().stack;
    },
    get api() {
      return started().api;
    },
  };
}

/** Runs a function now, as its schedule would, and returns what it answers. */
export async function invokeNow({ urls }: EmbeddedStack, name: string, event: object = {}): Promise<unknown> {
  const url = `${urls.lambda}/2015-03-31/functions/orders-dev-${name}/invocations`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const answer: unknown = await response.json();
  if (response.status !== 200 || JSON.stringify(answer).includes('"errorMessage"')) {
    throw new Error(`${name} failed with ${response.status}: ${JSON.stringify(answer)}`);
  }
  return answer;
}

/** Changes one row of a table, given without the stage, such as `orders`. */
export function changeRow(stack: EmbeddedStack, table: string, update: RowChange): Promise<void> {
  return stageOf(stack).changeRow(table, update);
}

/** Lets the time pass by which the saga of an order had to move. Throws for an order that has no such time. */
export function makeSagaDue(stack: EmbeddedStack, orderId: string): Promise<void> {
  return stageOf(stack).makeSagaDue(orderId);
}

/** Stops an execution of one of the stack's state machines, such as `order-saga`. */
export function stopExecution(stack: EmbeddedStack, machine: string, name: string): Promise<void> {
  return stageOf(stack).stopExecution(machine, name);
}

function stageOf({ urls: { endpoint } }: EmbeddedStack): StageAccess {
  return new StageAccess({ endpoint, region: 'us-east-1', stage: 'dev', account: '000000000000' });
}
