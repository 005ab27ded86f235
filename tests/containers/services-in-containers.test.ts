import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InventoryServiceClient, ReservationState } from '../../proto/gen/inventory/v1/inventory.ts';
import { PaymentServiceClient, PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { OrderApiClient } from '../../verification/client/order-api-client.ts';
import { SnapshotReader } from '../../verification/invariants/reader/snapshot-reader.ts';
import { verifyInvariants } from '../../verification/invariants/verification.ts';
import { call, failureOf } from '../support/unary-client.ts';
import { docker } from './compose-project.ts';
import { findContainerEngine } from './container-engine.ts';
import { type ServiceContainers, startServiceContainers } from './service-containers.ts';

const NOTEBOOK = '5d8e7a13-0b9c-4f26-b1e4-7c3d2f9a8b03';
const MAX_IMAGE_BYTES = 260_000_000;
const LONG = 120_000;

const engine = findContainerEngine();
if (engine.kind === 'missing') {
  process.stderr.write(`The containers are NOT built and NOT tested: ${engine.why}.\n`);
}
const inContainers = engine.kind === 'ready' ? describe : describe.skip;

inContainers('the services as containers', () => {
  let containers: ServiceContainers;
  let inventory: InventoryServiceClient;
  let payment: PaymentServiceClient;
  let api: OrderApiClient;

  beforeAll(async () => {
    if (engine.kind === 'missing') {
      throw new Error(engine.why);
    }
    containers = await startServiceContainers(engine.compose);
    inventory = new InventoryServiceClient(containers.addresses.inventory, credentials.createInsecure());
    payment = new PaymentServiceClient(containers.addresses.payment, credentials.createInsecure());
    api = new OrderApiClient(containers.stack.urls.http);
  }, 600_000);

  afterAll(async () => {
    inventory?.close();
    payment?.close();
    await containers?.close();
  }, LONG);

  describe.each(['inventory', 'payment'] as const)('%s', (service) => {
    test('runs from a small image, and not as root', async () => {
      const image = await containers.project.inspect(service, '{{.Image}}');
      expect(Number(await docker('image', 'inspect', '--format', '{{.Size}}', image))).toBeLessThan(MAX_IMAGE_BYTES);
      expect(await containers.project.compose('exec', '-T', service, 'id', '-un')).toBe('node');
    });

    test('has a read-only root file system', async () => {
      await expect(containers.project.compose('exec', '-T', service, 'touch', '/tmp/file')).rejects.toThrow(
        'Read-only file system',
      );
    });

    test('contains only bundles, source maps and contracts', async () => {
      const files = await containers.project.compose('exec', '-T', service, 'find', '/service', '-type', 'f');
      expect(files.split(/\s+/).filter((file) => !/\.(mjs|map|proto|json)$/.test(file))).toEqual([]);
    });
  });

  describe('a network partition in the middle of a saga', () => {
    test(
      'before payment is called: the order is completed or fully compensated',
      async () => {
        await containers.project.cutOff('payment');
        const order = await api.place({ list: [{ id: NOTEBOOK, count: 3 }], payment: { method: 'tok_visa' } });
        await api.waitForStatus(order, 60, ['RESERVED']);
        await delay(2_000);
        await containers.project.reconnect('payment');
        expect(await ended(order)).toMatch(/^(REJECTED|CONFIRMED)$/);
      },
      LONG,
    );

    test(
      'between a cancellation and payment: the void is retried, and the order is cancelled',
      async () => {
        const order = await api.place({ list: [{ id: NOTEBOOK, count: 3 }] });
        await api.waitForStatus(order, 60, ['AWAITING_PAYMENT']);
        await containers.project.cutOff('payment');
        await api.cancel(order);
        await delay(2_000);
        expect((await api.order(order)).status).toBe('AWAITING_PAYMENT');
        await containers.project.reconnect('payment');
        expect(await ended(order)).toBe('CANCELLED');
      },
      LONG,
    );

    test(
      'between a capture and inventory: the commit is retried, and the order is confirmed',
      async () => {
        const order = await api.place({ list: [{ id: NOTEBOOK, count: 3 }] });
        await api.waitForStatus(order, 60, ['AWAITING_PAYMENT']);
        await containers.project.cutOff('inventory');
        await api.pay(order, randomUUID());
        await delay(2_000);
        expect((await api.order(order)).status).toBe('PAID');
        await containers.project.reconnect('inventory');
        expect(await ended(order)).toBe('CONFIRMED');
      },
      LONG,
    );

    test(
      'leaves all invariants intact',
      async () => {
        const { endpoint } = containers.stack.urls;
        const reader = new SnapshotReader({ endpoint, region: 'us-east-1', stage: 'dev', account: '000000000000' });
        try {
          const { report } = await verifyInvariants(reader, api.promises, { drainSeconds: 30 });
          expect(report).toMatchObject({ verdict: 'all hold', violations: [] });
        } finally {
          reader.close();
        }
      },
      LONG,
    );
  });

  // After the invariants were checked: these orders are known to the services alone.
  test('inventory reserves, releases, commits, and refuses a late call', async () => {
    const lines = [{ itemId: NOTEBOOK, count: 2 }];
    const [kept, undone] = [randomUUID(), randomUUID()];
    for (const orderId of [kept, undone]) {
      const { reservation } = await call(inventory, inventory.reserve, { orderId, lines, holdSeconds: 60 });
      expect(reservation).toMatchObject({ orderId, state: ReservationState.HELD });
    }
    const committed = await call(inventory, inventory.commit, { orderId: kept });
    expect(committed.reservation?.state).toBe(ReservationState.COMMITTED);
    const released = await call(inventory, inventory.release, { orderId: undone, reason: 'test' });
    expect(released.reservation?.state).toBe(ReservationState.RELEASED);
    const late = call(inventory, inventory.reserve, { orderId: undone, lines, holdSeconds: 60 });
    expect(await failureOf(late)).toMatchObject({ code: 'FAILED_PRECONDITION', domain: 'inventory.v1' });
  });

  test('payment authorizes, captures, voids, and refuses a late call', async () => {
    const amount = { minorUnits: 1500, currency: 'USD' };
    const [kept, undone] = [randomUUID(), randomUUID()];
    for (const orderId of [kept, undone]) {
      const request = { orderId, paymentId: randomUUID(), method: 'tok_visa', amount };
      expect((await call(payment, payment.authorize, request)).payment?.state).toBe(PaymentState.AUTHORIZED);
    }
    const captured = await call(payment, payment.capture, { orderId: kept });
    expect(captured.payment?.state).toBe(PaymentState.CAPTURED);
    const voided = await call(payment, payment.void, { orderId: undone, reason: 'test' });
    expect(voided.payment?.state).toBe(PaymentState.VOIDED);
    const late = call(payment, payment.capture, { orderId: undone });
    expect(await failureOf(late)).toMatchObject({ code: 'FAILED_PRECONDITION', domain: 'payment.v1' });
  });

  test.each(['inventory', 'payment'] as const)(
    '%s drains and exits on SIGTERM',
    async (service) => {
      await containers.project.compose('stop', service);
      expect(await containers.project.inspect(service, '{{.State.ExitCode}}')).toBe('0');
      expect(await containers.project.compose('logs', service)).toContain('"msg":"stopped"');
    },
    LONG,
  );

  async function ended(order: string): Promise<string> {
    return (await api.waitForStatus(order, 90)).status;
  }
});
