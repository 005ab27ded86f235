import type { JsonObject } from '../language/json.ts';
import { AnsweredError, callAction } from '../testing/call-action.ts';
import type { Handler } from '../testing/lambda-stub.ts';

const named = (name: string): Error => Object.assign(new Error(`${name} for the test`), { name });

const numberOf = (event: unknown): number => Number((event as JsonObject).number);

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Answers a token until the answer has arrived, through any number of crashes. */
const answerToken = async (url: () => string, token: string, output: string): Promise<void> => {
  for (;;) {
    await pause(150);
    try {
      await callAction(url(), 'SendTaskSuccess', { taskToken: token, output });
      return;
    } catch (error) {
      if (error instanceof AnsweredError && error.type === 'TaskTimedOut') return;
      if (error instanceof AnsweredError) throw error;
    }
  }
};

/** The functions of the crash test's machine. What they answer depends on their input alone. */
export const functionsOf = (
  url: () => string,
  failed: (error: unknown) => void,
): { readonly [name: string]: Handler } => ({
  double: async (event) => {
    await pause(20);
    return numberOf(event) * 2;
  },
  flaky: (event) => {
    const { attempt } = event as JsonObject;
    if (Number(attempt) < numberOf(event) % 3) throw named('Flaky');
    return null;
  },
  callback: (event) => {
    const { token } = event as JsonObject;
    answerToken(url, String(token), JSON.stringify({ answered: numberOf(event) })).catch(failed);
    return null;
  },
  judge: (event) => {
    if (numberOf(event) % 5 === 0) throw named('Refused');
    return null;
  },
});
