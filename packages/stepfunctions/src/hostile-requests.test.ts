import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from './language/json.ts';
import { startStepFunctionsServer, TIMES } from './server.ts';
import { callAction } from './testing/call-action.ts';
import { type LambdaStub, startLambdaStub } from './testing/lambda-stub.ts';
import { ServerProcess } from './testing/server-process.ts';

// A separate process, because a hostile request may hang or end it.
const ROLE = 'arn:aws:iam::000000000000:role/test';
const ARN = 'arn:aws:states:us-east-1:000000000000';
const PATIENCE_MS = 60_000;
const CUT_OFF_WITHIN_MS = 4_000;

let lambda: LambdaStub;
let server: ServerProcess;
let pid: number;
let count = 0;

function arrays(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
function objects(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
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

function creation(definition: string): string {
  count += 1;
  return JSON.stringify({ name: `machine-${count}`, roleArn: ROLE, definition });
}

/** How an execution of a definition ended. */
async function outcomeOf(definition: string, input = '{}'): Promise<JsonObject> {
  const created = await send('CreateStateMachine', creation(definition));
  expect(created).toMatchObject({ status: 200 });
  const { stateMachineArn } = created.body;
  const started = await callAction(server.url, 'StartExecution', { stateMachineArn: String(stateMachineArn), input });
  return endOf(String(started.executionArn));
}

function pass(fields: string): string {
  return `{"StartAt":"A","States":{"A":{"Type":"Pass",${fields},"End":true}}}`;
}
function jsonata(expression: string): string {
  return `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":${JSON.stringify(`{% ${expression} %}`)},"End":true}}}`;
}
function start(input: string): string {
  return JSON.stringify({ stateMachineArn: `${ARN}:stateMachine:machine-${count}`, input });
}

describe('hostile requests', () => {
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
  ])('a hostile request is refused with AWS’s exception when it %s', async (_what, action, body, type) => {
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
  ])('a request is refused when it has an input nested 10,000 deep (%s)', async (_what, input) => {
    await outcomeOf(pass('"Result":1'));
    expect((await send('StartExecution', start(input))).body).toMatchObject({ __type: 'InvalidExecutionInput' });
    expect((await send('StartExecution', start(arrays(1_000)))).status).toBe(200);
    await expectWell();
  });
});

describe('hostile URLs', () => {
  test.each([
    ['POST', '/2015-03-31/functions/%ZZ/invocations'],
    ['POST', '/2015-03-31/functions/%/invocations?Qualifier=%ZZ'],
    ['POST', '/2015-03-31/functions/arn%3Aaws%3Alambda%3Afunction%3A%E0%A4%A/invocations'],
    ['GET', '/2015-03-31/functions/%ZZ'],
    ['GET', '/2015-03-31/functions/%C0%80/configuration?%ZZ=%ZZ'],
    ['GET', '/_localstack/%ZZ'],
    ['GET', '/_localstack/health?%ZZ'],
    ['GET', '/health%ZZ'],
    ['POST', '/000000000000/%ZZ'],
    ['GET', '/activities/%ZZ?Credential=%ZZ'],
    ['GET', '//%ZZ//'],
  ])('a %s of the badly escaped path %s is refused, and the server goes on', async (method, path) => {
    const response = await fetch(`${server.url}${path}`, { method, signal: AbortSignal.timeout(PATIENCE_MS) });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    await response.arrayBuffer();
    await expectWell();
  });
});

describe('hostile definitions', () => {
  const letters = `${'a'.repeat(60)}!`;
  const few = `${'a'.repeat(24)}!`;
  const doubling = '($d := function($x, $n) { $n = 0 ? $x : $d({"a": $x, "b": $x}, $n - 1) }; $d({}, 60))';
  test.each<readonly [string, string, string, string]>([
    ['asks for a list of ten million', jsonata('[1..9999999]'), '{}', 'States.QueryEvaluationError'],
    [
      'doubles a text 40 times',
      jsonata('($s := function($x, $n) { $n = 0 ? $x : $s($x & $x, $n - 1) }; $s("aaaaaaaaaa", 40))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['pads a text to 2 GB', jsonata('$pad("x", 2000000000)'), '{}', 'States.QueryEvaluationError'],
    ['doubles a value 60 times', jsonata(doubling), '{}', 'States.QueryEvaluationError'],
    ['compares such values', jsonata(`${doubling} = ${doubling}`), '{}', 'States.QueryEvaluationError'],
    [
      'nests a value 20,000 deep',
      jsonata('($d := function($x, $n) { $n = 0 ? $x : $d({"a": $x}, $n - 1) }; $d({}, 20000))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    [
      'calls itself without end',
      jsonata('($f := function($n) { $f($n + 1) }; $f(1))'),
      '{}',
      'States.QueryEvaluationError',
    ],
    [
      'doubles a variable with every turn around a Wait',
      '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":"{% $pad(\\"x\\", 100000) %}"},"Next":"B"},"B":{"Type":"Wait","Seconds":1,"Assign":{"x":"{% $x & $x %}"},"Next":"C"},"C":{"Type":"Choice","Choices":[{"Condition":"{% $x = 1 %}","Next":"D"}],"Default":"B"},"D":{"Type":"Succeed"}}}',
      '{}',
      'States.DataLimitExceeded',
    ],
    [
      'repeats repetitions of 24 letters',
      jsonata(`$match("${few}", /^(((a+)+)+)+$/i)`),
      '{}',
      'States.QueryEvaluationError',
    ],
    ['ignores case in a part', jsonata(`$match("${few}", /^(?i:((a+)+)+)+$/)`), '{}', 'States.QueryEvaluationError'],
    [
      'repeats what may be empty',
      jsonata(`$match("${few}", /(((((a*)+)+)+)+)+$/)`),
      '{}',
      'States.QueryEvaluationError',
    ],
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
  ])('only the execution fails when it %s', async (_what, definition, input, error) => {
    expect(await outcomeOf(definition, input)).toMatchObject({ status: 'FAILED', error });
    await expectWell();
  });
});

describe('costly definitions', () => {
  test.each<readonly [string, string, string]>([
    // V8's linear-time engine answers; without `guardAgainstRunawayExpressions` it fails after half a second.
    ['asks whether 60 letters and a mark are letters', '$contains("LETTERS", /^(a+)+$/)', 'false'],
    ['drops duplicates from 800,000 numbers', '$count($distinct([1..800000]))', '800000'],
  ])('an execution succeeds when it %s', async (_what, expression, output) => {
    const definition = jsonata(expression.replace('LETTERS', `${'a'.repeat(60)}!`));
    expect(await outcomeOf(definition)).toMatchObject({ status: 'SUCCEEDED', output });
    await expectWell();
  });

  test('300 executions that wait for the same moment and then calculate all succeed', async () => {
    const until = new Date(Date.now() + 2_500).toISOString();
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', Timestamp: until, Next: 'Sum' },
        Sum: { Type: 'Pass', Output: '{% $sum($map([1..500], function($x) { $x * 2 })) %}', End: true },
      },
    });
    const arns = await startAll(definition, 300);
    const outcomes = await Promise.all(arns.map(endOf));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
    expect(outcomes).toHaveLength(300);
  });
});

/** Starts executions of a definition, one after the other. */
async function startAll(definition: string, count: number): Promise<readonly string[]> {
  const { stateMachineArn } = (await send('CreateStateMachine', creation(definition))).body;
  const arns: string[] = [];
  while (arns.length < count) {
    const started = await callAction(server.url, 'StartExecution', { stateMachineArn: String(stateMachineArn) });
    arns.push(String(started.executionArn));
  }
  return arns;
}

async function endOf(executionArn: string): Promise<JsonObject> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(20)) {
    const execution = await callAction(server.url, 'DescribeExecution', { executionArn });
    if (execution.status !== 'RUNNING') {
      return execution;
    }
  }
  throw new Error('The execution did not end');
}

describe('member names of JavaScript objects', () => {
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
  ])('names such as __proto__ are ordinary names: %s', async (_what, definition, input, output) => {
    expect(await outcomeOf(definition, input)).toMatchObject({ status: 'SUCCEEDED', output });
    expect(await outcomeOf(jsonata('$exists($states.input.polluted)'))).toMatchObject({ output: 'false' });
  });
});

test('240 nested Parallel states run', async () => {
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

test.each([
  ['headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-'],
  [
    'a body',
    'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\nContent-Length: 9\r\n\r\n{',
  ],
])('100 requests that never end are cut off, and other clients are served: %s', async (_part, begun) => {
  const patient = await startStepFunctionsServer(
    { dataDir: ':memory:', lambdaEndpoint: lambda.url },
    { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 },
  );
  try {
    const ends = Array.from({ length: 100 }, () => endOfConnection(Number(new URL(patient.url).port), begun));
    await callAction(patient.url, 'ListStateMachines', {});
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['cut off']));
    await callAction(patient.url, 'ListStateMachines', {});
  } finally {
    await patient.close();
  }
});

test('a request has 30 seconds to arrive', () => {
  expect(TIMES).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 });
});

/** How a connection ends on which a request is never finished. */
function endOfConnection(port: number, begun: string): Promise<'cut off' | 'left open'> {
  const { promise, resolve } = Promise.withResolvers<'cut off' | 'left open'>();
  const socket = connect(port, '127.0.0.1')
    // A reset is one way of being cut off; `close` follows.
    .on('error', () => undefined)
    .once('close', () => resolve('cut off'))
    .resume();
  setTimeout(() => {
    resolve('left open');
    socket.destroy();
  }, CUT_OFF_WITHIN_MS).unref();
  socket.write(begun);
  return promise;
}
