import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { callAction } from './testing/call-action.ts';
import { type LambdaStub, startLambdaStub } from './testing/lambda-stub.ts';
import { ServerProcess } from './testing/server-process.ts';
import { eventually } from './testing/test-server.ts';

// A process of its own: what stops or ends it must not stop or end the tests.
const ROLE = 'arn:aws:iam::000000000000:role/test';
const ARN = 'arn:aws:states:us-east-1:000000000000';
const PATIENCE_MS = 10_000;

let lambda: LambdaStub;
let server: ServerProcess;
let pid: number;
let count = 0;

const arrays = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const deep = arrays(10_000);

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

async function expectWell(): Promise<void> {
  expect(server.pid).toBe(pid);
  const answer = await send('ListStateMachines', '{"maxResults":1}');
  expect(answer.status).toBe(200);
}

async function send(action: string, body: string): Promise<{ readonly status: number; readonly body: JsonObject }> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'x-amz-target': action.includes('.') ? action : `AWSStepFunctions.${action}` },
    body,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { status: response.status, body: JSON.parse(await response.text()) as JsonObject };
}

const creation = (definition: string): string => {
  count += 1;
  return JSON.stringify({ name: `machine-${count}`, roleArn: ROLE, definition });
};

/** How an execution of a definition ended. */
async function outcomeOf(definition: string, input = '{}'): Promise<JsonObject> {
  const created = await send('CreateStateMachine', creation(definition));
  expect(created).toMatchObject({ status: 200 });
  const { stateMachineArn } = created.body;
  const started = await callAction(server.url, 'StartExecution', { stateMachineArn: String(stateMachineArn), input });
  return eventually(async () => {
    const execution = await callAction(server.url, 'DescribeExecution', { executionArn: String(started.executionArn) });
    return execution.status === 'RUNNING' ? undefined : execution;
  });
}

const pass = (fields: string): string => `{"StartAt":"A","States":{"A":{"Type":"Pass",${fields},"End":true}}}`;
const jsonata = (expression: string): string =>
  `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":${JSON.stringify(`{% ${expression} %}`)},"End":true}}}`;
const start = (input: string): string =>
  JSON.stringify({ stateMachineArn: `${ARN}:stateMachine:machine-${count}`, input });

describe('a request is refused in AWS’s terms when it', () => {
  test.each<readonly [string, string, string, string]>([
    ['is broken JSON', 'ListStateMachines', '{', 'SerializationException'],
    ['is no object', 'ListStateMachines', deep, 'SerializationException'],
    ['names an object’s own part as its action', 'constructor', '{}', 'UnknownOperationException'],
    ['names its prototype', '__proto__', '{}', 'UnknownOperationException'],
    ['names another service', 'AmazonSQS.SendMessage', '{}', 'UnknownOperationException'],
    ['has 3 MB', 'ListStateMachines', ' '.repeat(3_000_000), 'RequestEntityTooLargeException'],
    ['has a definition beyond 1 MB', 'CreateStateMachine', creation(' '.repeat(1_048_577)), 'ValidationException'],
    [
      'has a definition nested 10,000 deep',
      'CreateStateMachine',
      creation(pass(`"Result":${deep}`)),
      'InvalidDefinition',
    ],
    ['has one that does not even end', 'CreateStateMachine', creation('['.repeat(500_000)), 'InvalidDefinition'],
    ['has one of 1,000,000 quotes', 'CreateStateMachine', creation(`"${'\\"'.repeat(500_000)}`), 'InvalidDefinition'],
    [
      'has 5,000 brackets in an expression',
      'CreateStateMachine',
      creation(jsonata(`${'('.repeat(5_000)}1${')'.repeat(5_000)}`)),
      'InvalidDefinition',
    ],
    [
      'has a filter that is a program',
      'CreateStateMachine',
      creation(pass('"Parameters":{"x.$":"$.a[?(process.exit(1))]"}')),
      'InvalidDefinition',
    ],
    [
      'has a state type that every object has',
      'CreateStateMachine',
      creation('{"StartAt":"A","States":{"A":{"Type":"constructor","End":true}}}'),
      'InvalidDefinition',
    ],
    [
      'starts at a state that every object has',
      'CreateStateMachine',
      creation('{"StartAt":"toString","States":{"A":{"Type":"Succeed"}}}'),
      'InvalidDefinition',
    ],
    [
      'has a token without end',
      'SendTaskSuccess',
      JSON.stringify({ taskToken: 'x'.repeat(2_000), output: '{}' }),
      'InvalidToken',
    ],
    [
      'has an ARN of colons',
      'DescribeExecution',
      JSON.stringify({ executionArn: ':'.repeat(100_000) }),
      'ValidationException',
    ],
    ['has a page token that is a guess', 'ListStateMachines', '{"nextToken":"__proto__"}', 'InvalidToken'],
  ])('%s', async (_what, action, body, type) => {
    const answer = await send(action, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.__type).toBe(type);
    await expectWell();
  });

  test.each([
    ['arrays', deep],
    ['objects', objects(10_000)],
    ['what does not end', '['.repeat(200_000)],
  ])('has an input nested 10,000 deep (%s)', async (_what, input) => {
    await outcomeOf(pass('"Result":1'));
    expect((await send('StartExecution', start(input))).body).toMatchObject({ __type: 'InvalidExecutionInput' });
    expect((await send('StartExecution', start(arrays(1_000)))).status).toBe(200);
    await expectWell();
  });
});

describe('an execution fails, and nothing else does, when it', () => {
  const letters = `${'a'.repeat(60)}!`;
  test.each<readonly [string, string, string, string]>([
    ['asks for a list of ten million', jsonata('[1..9999999]'), '{}', 'States.QueryEvaluationError'],
    [
      'doubles a text 40 times',
      jsonata('($s := function($x, $n) { $n = 0 ? $x : $s($x & $x, $n - 1) }; $s("aaaaaaaaaa", 40))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['pads a text to 2 GB', jsonata('$pad("x", 2000000000)'), '{}', 'States.QueryEvaluationError'],
    ['looks around without end', jsonata(`$match("${letters}", /^(a+)+(?=b)$/)`), '{}', 'States.QueryEvaluationError'],
    ['ignores case without end', jsonata(`$match("${letters}", /^(a+)+$/i)`), '{}', 'States.QueryEvaluationError'],
    [
      'filters without end',
      pass('"Parameters":{"x.$":"$.a[?(@.b =~ /^(a+)+$/i)]"}'),
      JSON.stringify({ a: [{ b: letters }] }),
      'States.Runtime',
    ],
    [
      'asks for a constructor',
      jsonata('$states.input.constructor.constructor("return process")()'),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['asks for what every object has', pass('"Parameters":{"x.$":"$.toString"}'), '{}', 'States.Runtime'],
    [
      'unpacks what is nested too deep',
      pass('"Parameters":{"x.$":"States.StringToJson($.s)"}'),
      JSON.stringify({ s: deep }),
      'States.IntrinsicFailure',
    ],
    [
      'unpacks it with JSONata',
      jsonata('$parse($states.input.s)'),
      JSON.stringify({ s: deep }),
      'States.QueryEvaluationError',
    ],
    [
      'nests its own output deeper with every turn',
      '{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a.$":"$"},"Next":"B"},"B":{"Type":"Choice","Choices":[{"Variable":"$.end","IsPresent":true,"Next":"C"}],"Default":"A"},"C":{"Type":"Succeed"}}}',
      '{}',
      'States.DataLimitExceeded',
    ],
    [
      'gets an answer that is nested too deep',
      `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:000000000000:function:deep","End":true}}}`,
      '{}',
      'States.DataLimitExceeded',
    ],
    [
      'gets it in an envelope',
      `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"deep"},"End":true}}}`,
      '{}',
      'States.DataLimitExceeded',
    ],
  ])('%s', async (_what, definition, input, error) => {
    expect(await outcomeOf(definition, input)).toMatchObject({ status: 'FAILED', error });
    await expectWell();
  });
});

describe('names of objects’ own parts are names like others', () => {
  test.each<readonly [string, string, string, string]>([
    [
      'in an input',
      pass('"Comment":""'),
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ],
    ['in a result path', pass('"Result":1,"ResultPath":"$.__proto__.polluted"'), '{}', '{"__proto__":{"polluted":1}}'],
    ['in a template', pass('"Parameters":{"__proto__":{"polluted":1}}'), '{}', '{"__proto__":{"polluted":1}}'],
    ['of a variable', pass('"Assign":{"__proto__":{"polluted":1},"constructor":1}'), '{}', '{}'],
    ['of a state', '{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","End":true}}}', '{}', '{}'],
  ])('%s', async (_what, definition, input, output) => {
    expect(await outcomeOf(definition, input)).toMatchObject({ status: 'SUCCEEDED', output });
    expect(await outcomeOf(jsonata('$exists($states.input.polluted)'))).toMatchObject({ output: 'false' });
  });
});

test('240 Parallel states in each other run', async () => {
  let machine: JsonObject = { StartAt: 'End', States: { End: { Type: 'Pass', End: true } } };
  for (let depth = 0; depth < 240; depth += 1) {
    const name = `P${depth}`;
    machine = { StartAt: name, States: { [name]: { Type: 'Parallel', Branches: [machine], End: true } } };
  }
  expect(await outcomeOf(JSON.stringify(machine))).toMatchObject({
    status: 'SUCCEEDED',
    output: `${'['.repeat(240)}{}${']'.repeat(240)}`,
  });
});

test('100 requests that never end leave the server to others', async () => {
  const port = Number(new URL(server.url).port);
  const slow = Array.from({ length: 100 }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\nContent-Length: 9\r\n\r\n{',
    );
    return socket;
  });
  await expectWell();
  for (const socket of slow) socket.destroy();
});
