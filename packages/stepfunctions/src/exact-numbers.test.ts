import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { withFolder, withHttpServers, withTestServers } from './testing/fixtures.ts';

const INPUT = '{"id":9007199254740993,"price":1.0}';
const folder = withFolder();
const serve = withTestServers();
const serveHttp = withHttpServers();

test('numbers reach a function and come back as they are written, also across a restart', async () => {
  const payloads: string[] = [];
  const { url: lambdaEndpoint } = await serveHttp(async (request, response) => {
    payloads.push(await text(request));
    response.end('{"total":2.0,"next":1234567890123456789}');
  });
  const on = await serve({}, { dataDir: folder.path, lambdaEndpoint });
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
