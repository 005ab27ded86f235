import { Engine } from '../engine.ts';
import type { JsonObject } from '../language/json.ts';
import { type StepFunctionsServerOptions, settingsOf } from '../options.ts';

const NEVER_ABORTED = new AbortController().signal;
const ROLE = 'arn:aws:iam::000000000000:role/test';

/** An engine in memory without its HTTP server, for calls that have to arrive in the same tick. */
export interface TestEngine {
  readonly engine: Engine;
  /** Calls an action. Two calls without an `await` in between reach the engine in the same tick. */
  call(action: string, body?: JsonObject): Promise<JsonObject>;
  /** Creates a state machine and answers its ARN. */
  create(name: string, definition: JsonObject, more?: JsonObject): Promise<string>;
}

/** Starts an engine without any function, in memory by default. */
export function startTestEngine(options: Partial<StepFunctionsServerOptions> = {}): TestEngine {
  const engine = new Engine(settingsOf({ dataDir: ':memory:', lambdaEndpoint: 'http://127.0.0.1:1', ...options }));
  const call = async (action: string, body: JsonObject = {}): Promise<JsonObject> =>
    await engine.dispatch(action, body, { gone: () => NEVER_ABORTED });
  return {
    engine,
    call,
    create: async (name, definition, more = {}) => {
      const request = { name, roleArn: ROLE, definition: JSON.stringify(definition), ...more };
      return String((await call('CreateStateMachine', request)).stateMachineArn);
    },
  };
}
