import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { callAction } from './call-action.ts';
import { type LambdaStub, startLambdaStub } from './lambda-stub.ts';
import { ServerProcess } from './server-process.ts';

export const PATIENCE_MS = 60_000;
const ARN = 'arn:aws:states:us-east-1:000000000000';
const ROLE = 'arn:aws:iam::000000000000:role/test';

/** A value nested so deep that a parser that calls itself overflows its stack. */
export const DEEP = arrays(10_000);

/** A server that a hostile request may hang or end. */
export interface ServerToAttack {
  readonly url: string;
  /** Where it invokes functions. Its function `deep` answers with what is nested too deep. */
  readonly lambdaUrl: string;
  readonly send: (action: string, body: string) => Promise<{ readonly status: number; readonly body: JsonObject }>;
  /** The body of a request that creates another machine. */
  readonly creation: (definition: string) => string;
  /** The body of a request that starts the machine that was created last. */
  readonly startOfLatest: (input: string) => string;
  /** How an execution of a definition ended. */
  readonly outcomeOf: (definition: string, input?: string) => Promise<JsonObject>;
  readonly endOf: (executionArn: string) => Promise<JsonObject>;
  /** Expects the same process to answer. */
  readonly expectWell: () => Promise<void>;
}

/** Starts one process for all tests of the file. */
export function withServerToAttack(): ServerToAttack {
  let lambda: LambdaStub;
  let server: ServerProcess;
  let pid: number;
  let count = 0;
  beforeAll(async () => {
    lambda = await startLambdaStub({ deep: () => JSON.parse(arrays(2_000)) as JsonObject });
    server = new ServerProcess(['--data', ':memory:', '--lambda-endpoint', lambda.url]);
    await server.start();
    pid = server.pid;
  });
  afterAll(async () => {
    await server.kill();
    await lambda.close();
  });

  const send: ServerToAttack['send'] = async (action, body) => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'x-amz-target': action.includes('.') ? action : `AWSStepFunctions.${action}` },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: JSON.parse(await response.text()) as JsonObject };
  };
  const creation = (definition: string): string => {
    count += 1;
    return JSON.stringify({ name: `machine-${count}`, roleArn: ROLE, definition });
  };
  const endOf = async (executionArn: string): Promise<JsonObject> => {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(20)) {
      const execution = await callAction(server.url, 'DescribeExecution', { executionArn });
      if (execution.status !== 'RUNNING') {
        return execution;
      }
    }
    throw new Error('The execution did not end');
  };
  return {
    get url() {
      return server.url;
    },
    get lambdaUrl() {
      return lambda.url;
    },
    send,
    creation,
    startOfLatest: (input) => JSON.stringify({ stateMachineArn: `${ARN}:stateMachine:machine-${count}`, input }),
    outcomeOf: async (definition, input = '{}') => {
      const created = await send('CreateStateMachine', creation(definition));
      expect(created).toMatchObject({ status: 200 });
      const { stateMachineArn } = created.body;
      const start = { stateMachineArn: String(stateMachineArn), input };
      return endOf(String((await callAction(server.url, 'StartExecution', start)).executionArn));
    },
    endOf,
    expectWell: async () => {
      expect(server.pid).toBe(pid);
      expect(await send('ListStateMachines', '{"maxResults":1}')).toMatchObject({ status: 200 });
    },
  };
}

/** Nested arrays, as text. */
export function arrays(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Nested objects, as text. */
export function objects(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

/** The definition of a machine whose only state is a Pass with these fields. */
export function pass(fields: string): string {
  return `{"StartAt":"A","States":{"A":{"Type":"Pass",${fields},"End":true}}}`;
}

/** The definition of a machine that answers with the value of an expression. */
export function jsonata(expression: string): string {
  return `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":${JSON.stringify(`{% ${expression} %}`)},"End":true}}}`;
}
