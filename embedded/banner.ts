import { relative } from 'node:path';
import type { StackUrls } from './addresses.ts';
import { PROJECT_ROOT, type StackConfiguration } from './configuration.ts';

const FIRST_ITEM = '0ec2fe2b-d061-43cd-a16e-672d2662e6fe';

/** The text that the terminal shows once the stack is up: all addresses, and three commands to try. */
export function banner(
  urls: StackUrls,
  configuration: StackConfiguration,
  stateMachineArn: string,
  seconds: number,
): string {
  const { dataDirectory, externalDynamoDbUrl } = configuration;
  const data = relative(PROJECT_ROOT, dataDirectory);
  const shownData = data.startsWith('..') ? dataDirectory : data;
  return `
Up after ${seconds.toFixed(1)} s.

  Console        ${urls.http}/console
  HTTP API       ${urls.http}
  API reference  ${urls.http}/docs
  AWS endpoint   ${urls.endpoint}   (Step Functions, DynamoDB, Lambda; in a browser: executions)
  DynamoDB       ${urls.dynamodb}   (${externalDynamoDbUrl === undefined ? 'dynoxide' : 'yours'})
  Inventory      ${urls.inventory}   (gRPC)
  Payment        ${urls.payment}   (gRPC)
  Data and logs  ${shownData}

Try:

  curl ${urls.http}/inventory/stocks

  curl -X POST ${urls.http}/orders/place -H 'content-type: application/json' \\
    -d '{"list":[{"id":"${FIRST_ITEM}","count":1}],"payment":{"method":"tok_visa"}}'

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws --region us-east-1 --endpoint-url ${urls.endpoint} \\
    stepfunctions list-executions --state-machine-arn ${stateMachineArn}

Ctrl-C stops it; the data stays. npm start -- --fresh starts empty.
`;
}
