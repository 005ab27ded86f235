import type { JsonObject } from '../language/json.ts';
import { AnsweredError, callAction } from '../testing/call-action.ts';
import type { Handler } from '../testing/lambda-stub.ts';

function named(name: string): Error {
  return Object.assign(new Error(`${name} for the test`), { name });
}

function numberOf(event: unknown): number {
  return Number((event as JsonObject).number);
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Sends the answer for a task token until it has arrived, through any number of crashes. */
async function answerToken(url: () => string, token: string, output: string): Promise<void> {
  for (;;) {
    await pause(150);
    try {
      await callAction(url(), 'SendTaskSuccess', { taskToken: token, output });
      return;
    } catch (error) {
      if (error instanceof AnsweredError && error.type === 'TaskTimedOut') {
        return;
      }
      if (error instanceof AnsweredError) {
        throw error;
      }
    }
  }
}

/** The functions of the crash test's machine. Their answers depend on their input alone. */
export function functionsOf(url: () => string, failed: (error: unknown) => void): { readonly [name: string]: Handler } {
  return {
    double: async (event) => {
      await pause(20);
      return numberOf(event) * 2;
    },
    flaky: (event) => {
      const { attempt } = event as JsonObject;
      if (Number(attempt) < numberOf(event) % 3) {
        throw named('Flaky');
      }
      return null;
    },
    callback: (event) => {
      const { token } = event as JsonObject;
      answerToken(url, String(token), JSON.stringify({ answered: numberOf(event) })).catch(failed);
      return null;
    },
    judge: (event) => {
      if (numberOf(event) % 5 === 0) {
        throw named('Refused');
      }
      return null;
    },
  };
}
