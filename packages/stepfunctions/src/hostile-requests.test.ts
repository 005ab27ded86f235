import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { startStepFunctionsServer, TIMES } from './server.ts';
import { callAction } from './testing/call-action.ts';
import { arrays, DEEP, jsonata, objects, PATIENCE_MS, pass, withServerToAttack } from './testing/server-to-attack.ts';

const CUT_OFF_WITHIN_MS = 4_000;
const hostile = withServerToAttack();

describe('hostile requests', () => {
  test.each<readonly [string, string, string, string]>([
    ['is broken JSON', 'ListStateMachines', '{', 'SerializationException'],
    ['is no object', 'ListStateMachines', DEEP, 'SerializationException'],
    ['names an object’s own part as its action', 'constructor', '{}', 'UnknownOperationException'],
    ['names its prototype', '__proto__', '{}', 'UnknownOperationException'],
    ['names another service', 'AmazonSQS.SendMessage', '{}', 'UnknownOperationException'],
    ['has 3 MB', 'ListStateMachines', ' '.repeat(3_000_000), 'RequestEntityTooLargeException'],
    [
      'has a definition beyond 1 MB',
      'CreateStateMachine',
      hostile.creation(' '.repeat(1_048_577)),
      'ValidationException',
    ],
    [
      'has a definition nested 10,000 deep',
      'CreateStateMachine',
      hostile.creation(pass(`"Result":${DEEP}`)),
      'InvalidDefinition',
    ],
    [
      'has one that does not even end',
      'CreateStateMachine',
      hostile.creation('['.repeat(500_000)),
      'InvalidDefinition',
    ],
    [
      'has one of 1,000,000 quotes',
      'CreateStateMachine',
      hostile.creation(`"${'\\"'.repeat(500_000)}`),
      'InvalidDefinition',
    ],
    [
      'has 5,000 brackets in an expression',
      'CreateStateMachine',
      hostile.creation(jsonata(`${'('.repeat(5_000)}1${')'.repeat(5_000)}`)),
      'InvalidDefinition',
    ],
    [
      'has a filter that is a program',
      'CreateStateMachine',
      hostile.creation(pass('"Parameters":{"x.$":"$.a[?(process.exit(1))]"}')),
      'InvalidDefinition',
    ],
    [
      'has a state type that every object has',
      'CreateStateMachine',
      hostile.creation('{"StartAt":"A","States":{"A":{"Type":"constructor","End":true}}}'),
      'InvalidDefinition',
    ],
    [
      'starts at a state that every object has',
      'CreateStateMachine',
      hostile.creation('{"StartAt":"toString","States":{"A":{"Type":"Succeed"}}}'),
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
    const answer = await hostile.send(action, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.__type).toBe(type);
    await hostile.expectWell();
  });

  test.each([
    ['arrays', DEEP],
    ['objects', objects(10_000)],
    ['what does not end', '['.repeat(200_000)],
  ])('a request is refused when it has an input nested 10,000 deep (%s)', async (_what, input) => {
    await hostile.outcomeOf(pass('"Result":1'));
    expect((await hostile.send('StartExecution', hostile.startOfLatest(input))).body).toMatchObject({
      __type: 'InvalidExecutionInput',
    });
    expect((await hostile.send('StartExecution', hostile.startOfLatest(arrays(1_000)))).status).toBe(200);
    await hostile.expectWell();
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
    const response = await fetch(`${hostile.url}${path}`, { method, signal: AbortSignal.timeout(PATIENCE_MS) });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    await response.arrayBuffer();
    await hostile.expectWell();
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
    { dataDir: ':memory:', lambdaEndpoint: hostile.lambdaUrl },
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
