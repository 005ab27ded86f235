import { readFileSync } from 'node:fs';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { forMoto, hasMoto, type Moto, NOT_IN_MOTO, startMoto } from './moto.ts';
import { type PackagedTemplate, packageTemplate } from './packaged-template.ts';

const LONG = 240_000;
const STACK = 'orders-prod';
const installed = hasMoto();
if (!installed) {
  process.stderr.write("moto is not installed (pip install 'moto[server]'): the stack is NOT deployed into it.\n");
}

const CHOICES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['services in public subnets', {}],
  ['services in private subnets', { strict: 'true' }],
  ['existing services', { services: 'existing' }],
];

(installed ? describe : describe.skip).each(CHOICES)('a stack with %s, deployed into moto', (_what, parameters) => {
  let moto: Moto;
  let packaged: PackagedTemplate;
  let made: readonly string[];

  beforeAll(async () => {
    [moto, packaged] = await Promise.all([startMoto(), packageTemplate('prod', { parameters })]);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const options = { endpoint: moto.url, region: 'us-east-1', credentials };
    const wanted = forMoto(JSON.parse(readFileSync(packaged.file, 'utf8')));
    // A template of this size goes through S3.
    await fetch(`${moto.url}/templates`, { method: 'PUT' });
    await fetch(`${moto.url}/templates/stack.json`, { method: 'PUT', body: JSON.stringify(wanted) });
    await fetch(moto.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.PutParameter',
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ssm/aws4_request, Signature=0',
      },
      body: JSON.stringify({ Name: '/orders/prod/api-keys', Value: 'shop:sha256:00', Type: 'String' }),
    });
    const client = new CloudFormationClient(options);
    const TemplateURL = 'https://templates.s3.amazonaws.com/stack.json';
    await client.send(
      new CreateStackCommand({ StackName: STACK, TemplateURL, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
    );
    const pages = paginateListStackResources({ client }, { StackName: STACK });
    const resources = await collect(pages);
    made = resources
      .flatMap(({ StackResourceSummaries = [] }) => StackResourceSummaries)
      // moto lists one that it made beside another, without an id.
      .flatMap(({ LogicalResourceId }) => LogicalResourceId || []);
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
    expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
    client.destroy();
  }, LONG);

  afterAll(async () => {
    await Promise.all([moto?.stop(), packaged?.remove()]);
  });

  test('has every resource of the template, but what its choices leave out', () => {
    const isStrict = parameters.strict === 'true';
    const leftOut = (condition: string | undefined) =>
      (condition === 'PublicTasks' && isStrict) || (condition === 'StrictNetwork' && !isStrict);
    const wanted = Object.entries(packaged.template.Resources)
      .filter(([, { Type, Condition }]) => !NOT_IN_MOTO.has(Type) && !leftOut(Condition))
      .map(([id]) => id);
    expect(wanted.length).toBeGreaterThan(200);
    expect(made.toSorted()).toEqual(wanted.toSorted());
  });
});

async function collect<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const page of pages) {
    collected.push(page);
  }
  return collected;
}
