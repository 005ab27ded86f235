import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const INPUT = '{"id":9007199254740993,"price":1.0}';
const folder = mkdtempSync(join(tmpdir(), 'numbers-'));
let on: TestServer | undefined;
let lambda: Server | undefined;

afterEach(async () => {
  await on?.close();
  lambda?.closeAllConnections();
  await new Promise((done) => lambda?.close(done));
  rmSync(folder, { recursive: true, force: true });
});

test('numbers reach a function and come back as they are written, also across a restart', async () => {
  const payloads: string[] = [];
  lambda = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    payloads.push(Buffer.concat(chunks).toString());
    response.end('{"total":2.0,"next":1234567890123456789}');
  });
  await new Promise<void>((done) => lambda?.listen(0, '127.0.0.1', done));
  const lambdaEndpoint = `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`;
  on = await startTestServer({}, { dataDir: folder, lambdaEndpoint });
  const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:work';
  const executionArn = await on.start(
    await on.create('numbers', {
      StartAt: 'Pause',
      States: {
        Pause: { Type: 'Wait', Seconds: 1, Next: 'Work' },
        Work: { Type: 'Task', Resource, ResultPath: '$.result', End: true },
      },
    }),
    { input: INPUT },
  );
  await on.restart();
  const { output } = await on.end(executionArn);
  expect(payloads).toEqual([INPUT]);
  expect(output).toBe('{"id":9007199254740993,"price":1.0,"result":{"total":2.0,"next":1234567890123456789}}');
  const { events } = await on.call('GetExecutionHistory', { executionArn });
  expect(JSON.stringify(events)).toContain(JSON.stringify(INPUT).slice(1, -1));
});
