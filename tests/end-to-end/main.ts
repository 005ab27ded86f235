/** `npm run e2e -- --url URL` runs the end-to-end checks against any deployment. */
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
import { awsConnectionFrom } from '../../verification/invariants/reader/aws-connection.ts';
import { StageAccess } from '../support/stage-access.ts';
import { CHECKS, type CheckOutcome, runChecks } from './checks.ts';
import { clientOf, type Deployment } from './deployment.ts';

const COMMAND_LINE = {
  command: 'npm run e2e --',
  description:
    'Checks the whole API through its public address, wherever it runs. A check is left out where the deployment says that it lacks what the check needs.',
  options: {
    url: required(
      httpUrl(
        'the API, such as http://127.0.0.1:3000 (npm start), http://localhost:4566/_aws/execute-api/orders/local (LocalStack) or what the deployment printed (AWS)',
      ),
    ),
    header: repeatable(text('H', 'sent with each request, such as "X-Api-Key: KEY" of an operator')),
    'customer-header': repeatable(text('H', 'the same for a customer, to check the roles')),
    stage: text(
      'NAME',
      'the stage, to check also what happens to its executions and its stock: dev is that of npm start',
    ),
    'aws-endpoint': httpUrl('where the tables, executions and functions of the stage are (default: AWS itself)'),
    account: withDefault('000000000000', text('ID', 'the AWS account of the stage')),
    'receiver-address': withDefault(
      '127.0.0.1',
      text('IP', 'an address of this machine, on which a receiver of webhooks listens'),
    ),
    'receiver-host': text('HOST', 'the name under which the deployment finds that address (default: the address)'),
    'event-secret': text('SECRET', "the secret of the payment provider's events, whsec_..."),
    only: text('TEXT', 'only the checks whose names contain this'),
    'at-once': withDefault(3, wholeNumber('how many checks run at the same time', { least: 1, most: 100 })),
  },
};

await runCommand(COMMAND_LINE, async (options) => {
  const { url, header, 'customer-header': customerHeaders, only, 'at-once': atOnce, stage } = options;
  const headers = Object.fromEntries(header.map(nameAndValue));
  const address = options['receiver-address'];
  const deployment: Deployment = {
    url,
    headers,
    api: clientOf(url, headers),
    customer:
      customerHeaders.length === 0 ? undefined : clientOf(url, Object.fromEntries(customerHeaders.map(nameAndValue))),
    stranger: clientOf(url, {}),
    stage: stage === undefined ? undefined : new StageAccess(connection(stage, options)),
    receiver: { address, host: options['receiver-host'] ?? address },
    eventSecret: options['event-secret'],
  };
  const checks = CHECKS.filter(({ name }) => name.includes(only ?? ''));
  if (checks.length === 0) {
    throw new CommandLineError(`--only is "${only}"; no check has that in its name.`);
  }
  const outcomes = await runChecks(checks, deployment, atOnce, (outcome) => say(described(outcome)));
  const number = (result: CheckOutcome['result']) => outcomes.filter((each) => each.result === result).length;
  const leftOut = number('left out') === 0 ? '' : `, ${number('left out')} left out`;
  say(`\n${number('holds')} of ${checks.length} checks hold at ${url}${leftOut}`);
  return number('failed') === 0 ? 0 : 1;
});

function connection(
  stage: string,
  { 'aws-endpoint': endpoint, account }: { 'aws-endpoint': string | undefined; account: string },
) {
  const { region } = awsConnectionFrom(process.env);
  return { region, stage, account, ...(endpoint !== undefined && { endpoint }) };
}

function described({ name, result, seconds, why }: CheckOutcome): string {
  const line = `${name} (${seconds.toFixed(1)} s)`;
  switch (result) {
    case 'holds':
      return `ok        ${line}`;
    case 'failed':
      return `FAILED    ${line}\n          ${explained(why)}`;
    case 'left out':
      return `left out  ${line}\n          ${explained(why)}`;
  }
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error.cause === undefined ? '' : `\n          because: ${explained(error.cause)}`;
  return error.message.replaceAll('\n', '\n          ') + cause;
}

function nameAndValue(header: string): readonly [string, string] {
  const colon = header.indexOf(':');
  if (colon < 1) {
    throw new CommandLineError(`--header is "${header}"; it must be of the form "Name: value".`);
  }
  return [header.slice(0, colon), header.slice(colon + 1).trim()];
}
