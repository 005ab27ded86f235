/** `npm run e2e -- --url URL` runs the end-to-end checks against any deployment. */
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import {
  CommandLineError,
  httpUrl,
  repeatable,
  required,
  runCommand,
  say,
  text,
  wholeNumber,
  withDefault,
} from '../../verification/command-line.ts';
import { CHECKS, type Check, END_WITHIN_SECONDS } from './checks.ts';

const COMMAND_LINE = {
  command: 'npm run e2e --',
  description: 'Checks the whole API through its public address, wherever it runs.',
  options: {
    url: required(
      httpUrl(
        'the API, such as http://127.0.0.1:3000 (npm start), http://localhost:4566/_aws/execute-api/orders/local (LocalStack) or what the deployment printed (AWS)',
      ),
    ),
    header: repeatable(text('H', 'sent with each request, such as "X-Api-Key: KEY"')),
    'at-once': withDefault(3, wholeNumber('how many checks run at the same time', { least: 1, most: 100 })),
  },
};

await runCommand(COMMAND_LINE, async ({ url, header: headers, 'at-once': atOnce }) => {
  const api = new OrderApiClient(url, {
    headers: Object.fromEntries(headers.map(nameAndValue)),
    scenario: 'end-to-end',
    answerWithinMs: END_WITHIN_SECONDS * 1000,
    patienceMs: END_WITHIN_SECONDS * 1000,
    lookEveryMs: 500,
  });
  const waiting = [...CHECKS];
  let failures = 0;
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (!(await holds(check, api))) {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  say(`\n${CHECKS.length - failures} of ${CHECKS.length} checks hold at ${url}`);
  return failures === 0 ? 0 : 1;
});

async function holds({ name, run }: Check, api: OrderApiClient): Promise<boolean> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    await run(api);
    say(`ok      ${name} (${seconds()})`);
    return true;
  } catch (error) {
    say(`FAILED  ${name} (${seconds()})\n        ${explained(error)}`);
    return false;
  }
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? '' : `\n        because: ${explained(error.cause)}`;
  return error.message.replaceAll('\n', '\n        ') + cause;
}

function nameAndValue(header: string): readonly [string, string] {
  const colon = header.indexOf(':');
  if (colon < 1) {
    throw new CommandLineError(`--header is "${header}"; it must be of the form "Name: value".`);
  }
  return [header.slice(0, colon), header.slice(colon + 1).trim()];
}
