import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { answerConsole, type ConsoleFiles, readConsoleFiles } from './console-files.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let folder: string;
let server: Server;
let files: ConsoleFiles | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>Step Functions</title>');
  await writeFile(join(folder, 'assets', 'index-1.js'), 'run();');
  await writeFile(join(folder, 'sources.sha256'), 'abc');
  server = createServer((incoming, response) => {
    if (!answerConsole(incoming, response, () => files)) {
      response.writeHead(404).end('not answered');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  files = readConsoleFiles([pathToFileURL(`${folder}/`)]);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function get(path: string, headers: Readonly<Record<string, string>> = BROWSER, host = '127.0.0.1') {
  const { port } = server.address() as AddressInfo;
  return new Promise<{ status: number; type: string; policy: string; text: string }>((resolve, reject) => {
    const sent = request({ host, port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: String(response.headers['content-type']),
          policy: String(response.headers['content-security-policy']),
          text,
        }),
      );
    });
    sent.on('error', reject).end();
  });
}

test('a browser gets the page, which runs only files of its own and is in no frame', async () => {
  const { status, type, policy, text } = await get('/');
  expect([status, type, text]).toEqual([200, 'text/html; charset=utf-8', '<title>Step Functions</title>']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(await get('/assets/index-1.js')).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8' });
});

test.each([
  ['/', { accept: 'application/json' }],
  ['/', {}],
  ['/assets/old-0.js', BROWSER],
  ['/sources.sha256', BROWSER],
  ['/../package.json', BROWSER],
  ['/other', BROWSER],
])('%s of %j is not the console’s', async (path, headers) => {
  expect(await get(path, headers)).toMatchObject({ status: 404, text: 'not answered' });
});

test('a browser on another machine gets nothing of it', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal);
  if (outside !== undefined) {
    expect(await get('/', BROWSER, outside.address)).toMatchObject({ status: 404, text: 'not answered' });
  }
});

test('where it is not built, the page says how to build it', async () => {
  const built = files;
  files = readConsoleFiles([pathToFileURL(`${folder}/none/`)]);
  expect(await get('/')).toMatchObject({ status: 503, text: expect.stringContaining('npm run console') });
  files = built;
});

test('at the engine’s own address a page of another site gets neither the console nor an answer to it', async () => {
  const engine: TestServer = await startTestServer();
  const from = async (headers: Readonly<Record<string, string>>) => {
    const response = await fetch(engine.url, { headers: { ...BROWSER, ...headers } });
    return [response.status, await response.text()] as const;
  };
  const own = await from({});
  expect(own[1]).toMatch(/<title>Step Functions<\/title>|npm run console/);
  expect(await from({ origin: 'https://elsewhere.example' })).toMatchObject([403, expect.anything()]);
  expect(await from({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toMatchObject([
    403,
    expect.anything(),
  ]);
  await engine.close();
});
