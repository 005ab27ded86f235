/**
 * `npm run test:localstack` starts docker-compose.yml, deploys serverless.yml into LocalStack and tests the whole system there:
 * the end-to-end checks, the console in a browser, EventBridge, a schedule, a second `up`, and services that are disconnected in
 * the middle of a saga. With `-- --bench` it also runs the benchmark on LocalStack and on the embedded engine, in turns; with
 * `-- --pictures FOLDER` it keeps pictures of the console. It needs Docker and several minutes, so it is not part of `npm test`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFreePorts } from '../../embedded/ports.ts';
import type { AwsConnection } from '../../verification/invariants/reader/aws-connection.ts';
import { SnapshotReader } from '../../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../../verification/invariants/verification.ts';
import { CHECKS, runChecks } from '../end-to-end/checks.ts';
import { awaitPayment, basket, clientOf, confirmed, END_WITHIN_SECONDS } from '../end-to-end/deployment.ts';
import { ROLE_CHECKS } from '../end-to-end/role-checks.ts';
import { StageAccess } from '../support/stage-access.ts';
import { ComposeProject, docker } from './compose-project.ts';
import { checkConsole } from './console-check.ts';
import { BASE_IMAGE, findContainerEngine } from './container-engine.ts';
import { listenToBus } from './event-bus-check.ts';
import { localStackImages } from './localstack-images.ts';

/** What LocalStack's free image cannot do (docs/localstack.md). Every other check must hold. */
const LEFT_OUT = ROLE_CHECKS.map(({ name }) => name);
/** Schedules run every minute, and an order is overdue for a while before the reconciliation takes it up. */
const RECONCILED_WITHIN_SECONDS = 300;

const { bench: withBench, pictures } = parseArgs({
  options: { bench: { type: 'boolean', default: false }, pictures: { type: 'string' } },
}).values;
const engine = findContainerEngine();
if (engine.kind === 'missing') {
  console.error(`LocalStack is NOT tested: ${engine.why}.`);
  process.exit(1);
}

const eventSecret = `whsec_${randomBytes(32).toString('base64')}`;
const images = await localStackImages(say);
const ports = await findFreePorts();
const project = new ComposeProject(engine.compose, ['docker-compose.yml'], {
  ...images.environment,
  LOCALSTACK_PORT: String(ports.endpoint),
  INVENTORY_PORT: String(ports.inventory),
  PAYMENT_PORT: String(ports.payment),
  PAYMENT_EVENT_SECRET: eventSecret,
});
const endpoint = `http://127.0.0.1:${ports.endpoint}`;
const api = `${endpoint}/_aws/execute-api/orders/local`;
const connection: AwsConnection = { endpoint, region: 'us-east-1', stage: 'local', account: '000000000000' };
const stage = new StageAccess(connection);
const client = clientOf(api, {});

try {
  say(images.standIns ? 'Starting, with stand-ins for LocalStack and the Lambda runtime ...' : 'Starting ...');
  await up();
  say('Deployed: tables, functions, API and state machines. Running the end-to-end checks ...');
  await checkEndToEnd();
  await checkEventBus();
  await checkInBrowser();
  await checkSchedule();
  say('Bringing it up once more ...');
  const before = await client.stocks();
  await up();
  assert.deepEqual(await client.stocks(), before);
  await cutOffPayment();
  await cutOffInventory();
  await checkInvariants();
  say('All checks passed on LocalStack.');
  if (withBench) {
    bench();
  }
} catch (error) {
  console.error(await project.compose('logs', '--tail', '60').catch(String));
  throw error;
} finally {
  await project.remove().catch(console.error);
  await images.release();
}

async function up(): Promise<void> {
  await project.compose('up', '--detach', '--build');
  await Promise.all([project.healthy('inventory'), project.healthy('payment')]);
  assert.equal(await project.inspect('deploy', '{{.State.ExitCode}}'), '0', 'the deployment failed');
}

async function checkEndToEnd(): Promise<void> {
  const deployment = {
    url: api,
    headers: {},
    api: client,
    customer: undefined,
    stranger: client,
    stage,
    // The machine itself, as the functions' containers reach it.
    receiver: { address: await hostAddress(), host: 'host.docker.internal' },
    eventSecret,
  };
  const outcomes = await runChecks(CHECKS, deployment, 2, ({ name, result, seconds, why }) =>
    say(`${result.padEnd(8)} ${name} (${seconds.toFixed(1)} s)${why === undefined ? '' : `: ${String(why)}`}`),
  );
  const names = (result: string) => outcomes.filter((each) => each.result === result).map(({ name }) => name);
  assert.deepEqual(names('failed'), []);
  assert.deepEqual(names('left out').toSorted(), LEFT_OUT.toSorted());
}

/** The address of this machine that containers reach as host.docker.internal, and no other machine. */
async function hostAddress(): Promise<string> {
  const host = 'host.docker.internal';
  const options = ['--rm', '--add-host', `${host}:host-gateway`];
  const [address = ''] = (await docker('run', ...options, BASE_IMAGE, 'getent', 'hosts', host)).split(/\s+/);
  return address;
}

async function checkEventBus(): Promise<void> {
  say('Listening to the EventBridge bus ...');
  const bus = await listenToBus(connection);
  try {
    const types = await bus.until(await confirmed(client), 'order.confirmed');
    say(`A rule of the bus got ${[...types].join(', ')}.`);
  } finally {
    await bus.close();
  }
}

async function checkInBrowser(): Promise<void> {
  say('Opening the console in a browser ...');
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true });
  }
  const isChecked = await checkConsole(api, client, pictures);
  say(isChecked ? 'The console works.' : 'This machine has no browser: the console is NOT tested.');
}

async function checkSchedule(): Promise<void> {
  say('Stopping the execution of an order, for the scheduled reconciliation to find ...');
  const { list } = await basket(client);
  const order = await client.place({ list, payment: { window_seconds: 5 } });
  await awaitPayment(client, order);
  await stage.stopExecution('order-saga', order);
  const { status } = await client.waitForStatus(order, RECONCILED_WITHIN_SECONDS);
  assert.equal(status, 'EXPIRED');
  say(`The order ended ${status}.`);
}

async function cutOffPayment(): Promise<void> {
  say('Disconnecting payment in the middle of a saga ...');
  await project.cutOff('payment');
  const order = await client.place(await basket(client, 'tok_visa'));
  await client.waitForStatus(order, END_WITHIN_SECONDS, ['RESERVED']);
  await delay(5_000);
  await project.reconnect('payment');
  const { status } = await client.waitForStatus(order, END_WITHIN_SECONDS);
  assert.match(status, /^(CONFIRMED|REJECTED)$/);
  say(`The order ended ${status}.`);
}

async function cutOffInventory(): Promise<void> {
  say('Disconnecting inventory after a capture ...');
  const order = await client.place(await basket(client));
  await client.waitForStatus(order, END_WITHIN_SECONDS, ['AWAITING_PAYMENT']);
  await project.cutOff('inventory');
  await client.request({ path: '/payment/pay', body: { list: [{ id: randomUUID(), order_id: order }] } });
  await delay(5_000);
  await project.reconnect('inventory');
  const { status } = await client.waitForStatus(order, END_WITHIN_SECONDS);
  assert.equal(status, 'CONFIRMED');
  say(`The order ended ${status}.`);
}

async function checkInvariants(): Promise<void> {
  const reader = new SnapshotReader(connection);
  try {
    const { report } = await verifyInvariants(reader, [], { drainSeconds: 60 });
    assert.deepEqual([report.verdict, report.violations], ['all hold', []]);
    say(`All invariants hold over ${report.checked.orders} orders.`);
  } finally {
    reader.close();
  }
}

function bench(): void {
  say('Running the benchmark ...');
  const inventory = `127.0.0.1:${ports.inventory}`;
  const options = [
    '--quick',
    '--endpoint',
    endpoint,
    '--stage',
    'local',
    '--inventory',
    inventory,
    '--name',
    'localstack',
  ];
  const main = join(import.meta.dirname, '..', '..', 'verification', 'bench', 'main.ts');
  const { status } = spawnSync(process.execPath, [main, ...options], { stdio: 'inherit' });
  assert.equal(status, 0, 'the benchmark broke off');
}

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}
