import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PORTS, PROJECT_ROOT, portNames } from '../embedded/configuration.ts';
import { eventually } from '../embedded/eventually.ts';
import { findFreePorts } from '../embedded/ports.ts';
import { OrderApiClient } from '../verification/client/order-api-client.ts';

// The stack has a small disk of its own, which the tests fill, in a namespace that ends with it. Some machines give none.
const hasNamespace = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
const onSmallDisk = hasNamespace ? test : test.skip;

const ITEM_3 = 'dad78a5a-3c27-449f-8696-fd745260884e';
const PAID_ORDER = { list: [{ id: ITEM_3, count: 1 }], payment: { method: 'tok_visa' } };
const LONG = 60_000;

/** Runs the stack, and does what its standard input says. */
const SMALL_DISK = `
mount -t tmpfs -o size=16m tmpfs "$DISK" || exit 99
"$NODE" "$START" --json < /dev/null &
stack=$!
while read -r command; do
  case $command in
    fill) dd if=/dev/zero of="$DISK/filler" bs=4k 2> /dev/null; echo '{"event":"filled"}' ;;
    free) rm "$DISK/filler" ;;
    kill) kill -9 "$(sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p' "$DISK/data/run/inventory.json")" ;;
    stop) break ;;
  esac
done
kill -INT $stack
wait $stack`;

/** One line that the stack tells with `--json`. */
type Told = Readonly<Record<string, unknown>> & { readonly event: string };

let disk: string;
let stack: ChildProcess & { readonly stdin: NonNullable<ChildProcess['stdin']> };
let url: string;
let api: OrderApiClient;
const told: Told[] = [];

beforeAll(async () => {
  if (!hasNamespace) {
    return;
  }
  disk = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const ports = await findFreePorts();
  const child = spawn('unshare', ['-rm', 'sh', '-c', SMALL_DISK], {
    env: {
      ...process.env,
      ...Object.fromEntries(portNames().map((name) => [PORTS[name].variable, String(ports[name])])),
      // None of these may reach the parts of the stack.
      http_proxy: 'http://127.0.0.1:9',
      https_proxy: 'http://127.0.0.1:9',
      no_proxy: '',
      LOG_LEVEL: 'WARN',
      EMBEDDED_DATA_DIR: join(disk, 'data'),
      DISK: disk,
      NODE: process.execPath,
      START: join(PROJECT_ROOT, 'embedded', 'start.mjs'),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line)));
  stack = child;
  await isTold('up', LONG);
  url = `http://127.0.0.1:${ports.http}`;
  api = new OrderApiClient(url);
}, LONG);

afterAll(async () => {
  if (hasNamespace) {
    if (stack.exitCode === null) {
      stack.stdin.end();
      await once(stack, 'exit');
    }
    await rm(disk, { recursive: true, force: true });
  }
}, LONG);

onSmallDisk(
  'on a full disk reads go on, writes answer 503 with Retry-After, the terminal is told once, and space mends it',
  async () => {
    const waiting = await api.place({ list: PAID_ORDER.list });
    await api.waitForStatus(waiting, 20, ['AWAITING_PAYMENT']);
    stack.stdin.write('fill\n');
    await isTold('filled');

    const writes = [
      { path: '/orders/place', body: PAID_ORDER },
      { path: '/orders/cancel', body: { order_id: waiting } },
      { path: '/payment/pay', body: { list: [{ id: 'payment-1', order_id: waiting }] } },
      { path: '/inventory/restock', body: { id: ITEM_3, count: 1, reason: 'delivery' } },
    ];
    for (const { path, body } of writes) {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect({ path, status: answer.status, retry: answer.headers.get('retry-after') }).toEqual({
        path,
        status: 503,
        retry: expect.stringMatching(/^\d+$/),
      });
    }
    for (const path of ['/inventory/stocks', `/orders/status?order_id=${waiting}`, '/orders', '/health']) {
      expect({ path, status: (await fetch(`${url}${path}`)).status }).toEqual({ path, status: 200 });
    }

    stack.stdin.write('free\n');
    await eventually(async () => (await api.request({ path: '/orders/place', body: PAID_ORDER })).status === 202);
    const paid = await api.request({
      path: '/payment/pay',
      body: { list: [{ id: 'payment-1', order_id: waiting }] },
    });
    expect(paid).toMatchObject({ status: 200, data: true });
    await api.waitForStatus(waiting, 20, ['CONFIRMED']);
    const warnings = told.filter(({ event }) => event === 'warning').map(({ message }) => message);
    expect(warnings).toEqual([expect.stringMatching(/disk.* is full/)]);
    expect(told.filter(({ event }) => event === 'process')).toEqual([]);
  },
  LONG,
);

onSmallDisk(
  'the stack goes on when the reader of its output has ended, and still ends in order',
  async () => {
    stack.stdout?.destroy();
    // The stack wants to tell of this death.
    stack.stdin.write('kill\n');
    const orderId = await api.place(PAID_ORDER);
    await api.waitForStatus(orderId, 20, ['CONFIRMED']);
    stack.stdin.write('stop\n');
    expect((await once(stack, 'exit'))[0]).toBe(0);
  },
  LONG,
);

async function isTold(event: string, withinMs = 20_000): Promise<void> {
  await eventually(() => told.some((line) => line.event === event), { withinMs, what: `"${event}" is told` });
}
