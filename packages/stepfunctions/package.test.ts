import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './src/testing/test-server.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
const root = join(here, '..', '..');
const ROLE = 'arn:aws:iam::000000000000:role/any';

/** Holds a copy of the checkout to pack, so that tests beside this one never see a package.json that is being packed. */
let folder: string;
let packed: string;
let consumer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packed-'));
  packed = join(folder, 'checkout', 'packages', 'stepfunctions');
  consumer = join(folder, 'consumer');
  await mkdir(consumer);
  await cp(here, packed, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
  await cp(join(root, 'tsconfig.json'), join(folder, 'checkout', 'tsconfig.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'checkout', 'node_modules'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: packed });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
  await writeFile(join(consumer, 'package.json'), '{"private":true,"type":"module"}');
  const install = ['install', `../${tarball}`, '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', install, { cwd: consumer });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('npm pack leaves the package of the checkout as it was', async () => {
  expect(await readFile(join(packed, 'package.json'), 'utf8')).toBe(await readFile(join(here, 'package.json'), 'utf8'));
  const names = (await readdir(packed)).filter((name) => name !== 'node_modules');
  const own = (await readdir(here)).filter((name) => name !== 'node_modules' && name !== 'dist');
  expect(names.toSorted()).toEqual(own.toSorted());
});

test('the installed package holds JavaScript and declarations, but no TypeScript source and no test', async () => {
  const installed = join(consumer, 'node_modules', 'resilient-stepfunctions');
  const files = await readdir(installed, { recursive: true });
  expect(files).toEqual(
    expect.arrayContaining([
      'README.md',
      'LICENSE',
      'dist/main.js',
      'dist/checkpoint-worker.js',
      'dist/console/index.html',
    ]),
  );
  expect(files.filter((name) => /(?<!\.d)\.ts$|test|tsconfig/.test(name) && !/test-state/.test(name))).toEqual([]);
  const manifest: unknown = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('devDependencies');
});

test('npx starts the installed server, which runs an order of Step Functions calls without a Lambda endpoint', async () => {
  const server = spawn('npx', ['resilient-stepfunctions', '--port', '0', '--data', 'd'], {
    cwd: consumer,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  try {
    const endpoint = await urlOf(server);
    expect(await pageAt(endpoint)).toEqual([200, expect.stringContaining('<title>Step Functions</title>'), 200]);
    const client = new SFNClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    expect(await outcomeOf(client, 'waiting', WAITING)).toEqual({
      status: 'SUCCEEDED',
      output: '{"order":7}',
      events: ['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded'],
    });
    expect(await outcomeOf(client, 'calling', CALLING)).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining('Start the engine with --lambda-endpoint.'),
    });
    client.destroy();
  } finally {
    end(server);
    await exited;
  }
  expect(await readdir(join(consumer, 'd'))).not.toEqual([]);
}, 60_000);

test('the installed package is started and typed by its exports in a program of its user', async () => {
  const program = `import { startStepFunctionsServer, type StepFunctionsServer } from 'resilient-stepfunctions';
import { type ExecutionEvent, parseDefinition, step } from 'resilient-stepfunctions/core';
import { Random } from 'resilient-stepfunctions/random';
const server: StepFunctionsServer = await startStepFunctionsServer({ dataDir: ':memory:' });
export const pure: [typeof step, typeof parseDefinition, ExecutionEvent['type'], number] = [step, parseDefinition, 'ExecutionStarted', new Random(1).fraction()];
await server.close();
console.log(server.url);
`;
  await writeFile(join(consumer, 'program.ts'), program);
  const { stdout } = await run(process.execPath, ['program.ts'], { cwd: consumer });
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
  const wrong = program.replace("dataDir: ':memory:'", 'dataDir: 7');
  await writeFile(join(consumer, 'wrong.ts'), wrong);
  expect(await complaintsOf('program.ts')).toBe('');
  expect(await complaintsOf('wrong.ts')).toMatch(/^wrong\.ts\(4,\d+\): error TS2322/);
});

const WAITING = { StartAt: 'Pause', States: { Pause: { Type: 'Wait', Seconds: 1, End: true } } };
const CALLING = {
  StartAt: 'Call',
  States: { Call: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:work', End: true } },
};

/** What a browser gets of the console: the page, and whether its script is there. */
async function pageAt(url: string): Promise<readonly unknown[]> {
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  const page = await response.text();
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)?.[1] ?? 'no script';
  return [response.status, page, (await fetch(new URL(script, url))).status];
}

async function urlOf(server: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: server.stdout ?? process.stdin })) {
    const url = /^Step Functions on (http\S+)$/.exec(line)?.[1];
    if (url !== undefined) {
      return url;
    }
  }
  throw new Error('the server ended before it listened');
}

async function outcomeOf(client: SFNClient, name: string, definition: object): Promise<object> {
  const machine = { name, roleArn: ROLE, definition: JSON.stringify(definition) };
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand(machine));
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"order":7}' }));
  const { status, output, cause } = await eventually(async () => {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  return { status, events: events.map(({ type }) => type), ...(output && { output }), ...(cause && { cause }) };
}

/** npx runs the server as a child: the signal goes to both. */
function end(server: ChildProcess): void {
  if (server.pid !== undefined) {
    process.kill(-server.pid, 'SIGTERM');
  }
}

async function complaintsOf(file: string): Promise<string> {
  const options = '--noEmit --strict --target es2024 --module nodenext --types node --typeRoots';
  const types = join(root, 'node_modules', '@types');
  try {
    await run(join(root, 'node_modules', '.bin', 'tsc'), [...options.split(' '), types, file], { cwd: consumer });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
