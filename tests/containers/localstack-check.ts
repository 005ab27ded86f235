/**
 * `npm run test:localstack` starts docker-compose.yml, deploys serverless.yml into LocalStack and tests the whole system there.
 * It runs the end-to-end checks and a second `up`, and disconnects a service in the middle of a saga. With `-- --bench` it
 * also runs the benchmark on LocalStack and on the embedded engine, in turns. It needs Docker and several minutes, so it is not part of
 * `npm test`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePorts } from '../../embedded/ports.ts';
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { SnapshotReader } from '../../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../../verification/invariants/verification.ts';
import { END_WITHIN_SECONDS } from '../end-to-end/checks.ts';
import { ComposeProject } from './compose-project.ts';
import { findContainerEngine } from './container-engine.ts';
import { localStackImages } from './localstack-images.ts';

const engine = findContainerEngine();
if (engine.kind === 'missing') {
  console.error(`LocalStack is NOT tested: ${engine.why}.`);
  process.exit(1);
}

const images = await localStackImages(say);
const ports = await findFreePorts();
const project = new ComposeProject(engine.compose, ['docker-compose.yml'], {
  ...images.environment,
  LOCALSTACK_PORT: String(ports.endpoint),
  INVENTORY_PORT: String(ports.inventory),
  PAYMENT_PORT: String(ports.payment),
});
const endpoint = `http://127.0.0.1:${ports.endpoint}`;
const api = `${endpoint}/_aws/execute-api/orders/local`;
const client = new OrderApiClient(api, { answerWithinMs: END_WITHIN_SECONDS * 1000, lookEveryMs: 500 });

try {
  say(images.standIns ? 'Starting, with stand-ins for LocalStack and the Lambda runtime ...' : 'Starting ...');
  await up();
  say('Deployed: tables, functions, API and state machine. Running the end-to-end checks ...');
  const { status } = spawnSync(process.execPath, [endToEnd(), '--url', api, '--at-once', '2'], { stdio: 'inherit' });
  assert.equal(status, 0, 'the end-to-end checks do not hold');
  say('Bringing it up once more ...');
  const before = await client.stocks();
  await up();
  assert.deepEqual(await client.stocks(), before);
  await cutOffPayment();
  await cutOffInventory();
  await checkInvariants();
  say('All checks passed on LocalStack.');
  if (process.argv.includes('--bench')) {
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

async function cutOffPayment(): Promise<void> {
  say('Disconnecting payment in the middle of a saga ...');
  await project.cutOff('payment');
  const order = await client.place(await basket({ method: 'tok_visa' }));
  await client.waitForStatus(order, END_WITHIN_SECONDS, ['RESERVED']);
  await delay(5_000);
  await project.reconnect('payment');
  const { status } = await client.waitForStatus(order, END_WITHIN_SECONDS);
  assert.match(status, /^(CONFIRMED|REJECTED)$/);
  say(`The order ended ${status}.`);
}

async function cutOffInventory(): Promise<void> {
  say('Disconnecting inventory after a capture ...');
  const order = await client.place(await basket());
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
  const reader = new SnapshotReader({ endpoint, region: 'us-east-1', stage: 'local', account: '000000000000' });
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

async function basket(payment?: { readonly method: string }) {
  const item = (await client.stocks()).find(({ count }) => count >= 100);
  assert.ok(item, 'no item has 100 or more in stock');
  return { list: [{ id: item.Id, count: 2 }], ...(payment && { payment }) };
}

function endToEnd(): string {
  return join(import.meta.dirname, '..', 'end-to-end', 'main.ts');
}

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}
