import type { JsonObject } from '../language/json.ts';
import type { StepFunctionsServerOptions } from '../options.ts';
import { type StepFunctionsServer, startStepFunctionsServer } from '../server.ts';
import { callAction } from './call-action.ts';
import { type Handler, type LambdaStub, startLambdaStub } from './lambda-stub.ts';

/** A server for one test, with its own Lambda functions. */
export interface TestServer {
  readonly url: string;
  call(action: string, body?: JsonObject): Promise<JsonObject>;
  /** Creates a state machine and answers its ARN. */
  create(name: string, definition: JsonObject, more?: JsonObject): Promise<string>;
  /** Starts an execution and answers its ARN. */
  start(stateMachineArn: string, more?: JsonObject): Promise<string>;
  /** Waits for the end of an execution and answers its description. */
  end(executionArn: string): Promise<JsonObject>;
  /** Closes the server and starts another on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const ROLE = 'arn:aws:iam::000000000000:role/test';

/** Starts a server on a free port, in memory unless a data folder is named. */
export async function startTestServer(
  functions: { readonly [name: string]: Handler } = {},
  options: Partial<StepFunctionsServerOptions> = {},
): Promise<TestServer> {
  const lambda: LambdaStub = await startLambdaStub(functions);
  const start = (): Promise<StepFunctionsServer> =>
    startStepFunctionsServer({ dataDir: ':memory:', lambdaEndpoint: lambda.url, ...options });
  let server = await start();
  const call = (action: string, body: JsonObject = {}): Promise<JsonObject> => callAction(server.url, action, body);
  return {
    get url() {
      return server.url;
    },
    call,
    create: async (name, definition, more = {}) => {
      const request = { name, roleArn: ROLE, definition: JSON.stringify(definition), ...more };
      return String((await call('CreateStateMachine', request)).stateMachineArn);
    },
    start: async (stateMachineArn, more = {}) =>
      String((await call('StartExecution', { stateMachineArn, ...more })).executionArn),
    end: (executionArn) =>
      eventually(async () => {
        const description = await call('DescribeExecution', { executionArn });
        return description.status === 'RUNNING' ? undefined : description;
      }),
    restart: async () => {
      await server.close();
      server = await start();
    },
    close: async () => {
      await server.close();
      await lambda.close();
    },
  };
}

const TIMEOUT_MS = 20_000;

/**
 * Polls until `look` answers something other than `undefined`.
 *
 * @throws {Error} nothing after 20 seconds
 */
export async function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`nothing came within ${TIMEOUT_MS / 1_000} s: ${String(look)}`);
    }
    await new Promise((done) => setTimeout(done, 5));
  }
}
