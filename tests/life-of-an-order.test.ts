import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../embedded/configuration.ts';
import * as operator from '../functions/orders/operator-writes.ts';
import * as writes from '../functions/orders/order-writes.ts';
import * as payments from '../functions/orders/payment-writes.ts';
import * as reconciliation from '../functions/orders/reconciliation-writes.ts';
import * as refunds from '../functions/orders/refunds/refund-writes.ts';
import { readOrderSaga } from '../statemachines/read-order-saga.ts';
import { testOrder } from './support/order.ts';

const PAGE = 'docs/life-of-an-order.md';
const ORDER_WRITES = [
  'functions/orders/operator-writes.ts',
  'functions/orders/order-writes.ts',
  'functions/orders/payment-writes.ts',
  'functions/orders/reconciliation-writes.ts',
  'functions/orders/refunds/refund-writes.ts',
];
/** Writes to a table of its own. */
const ORDER_STATISTICS = 'functions/orders/order-statistics.ts';
const page = read(PAGE);

test('docs/life-of-an-order.md lists every write of the functions to an order with its condition', () => {
  expect(conditionsOn('Writes of the functions')).toEqual(conditionsOfFunctions());
});

test('docs/life-of-an-order.md lists every write of the state machine to an order with its condition', () => {
  const states = Object.entries(readOrderSaga().definition.States);
  const updates = states.filter(([, { Resource }]) => Resource?.endsWith(':dynamodb:updateItem'));
  expect(updates.length).toBeGreaterThan(0);
  expect(conditionsOn('Writes of the state machine')).toEqual(
    Object.fromEntries(updates.map(([name, { Arguments }]) => [name, Arguments?.ConditionExpression])),
  );
});

test('docs/life-of-an-order.md names every status that a write of the state machine sets', () => {
  const rows = section('Writes of the state machine').split('\n');
  const named: string[] = [];
  for (const [name, { Arguments }] of Object.entries(readOrderSaga().definition.States)) {
    const status = Arguments?.ExpressionAttributeValues?.[':to']?.S;
    if (status !== undefined && !status.startsWith('{%')) {
      expect(rows.find((line) => line.startsWith(`| \`${name}\` |`))).toContain(`\`${status}\``);
      named.push(status);
    }
  }
  expect(named.toSorted()).toEqual([
    'AUTHORIZED',
    'CANCELLED',
    'CONFIRMED',
    'NEEDS_ATTENTION',
    'PAID',
    'PAID',
    'RESERVED',
  ]);
});

test('among the functions only the files of writes write to the orders table', () => {
  const writing = sources('functions').filter((file) =>
    /(Put|Update|Delete|Write|Statement|Transaction)(?:Item)?Command\(|\b(condition|ConditionExpression):\s*['`]/.test(
      read(file),
    ),
  );
  expect(Object.fromEntries(writing.map((file) => [file, tablesOf(file)]))).toEqual({
    ...Object.fromEntries(ORDER_WRITES.map((file) => [file, ['OrderTable']])),
    // Its updates are sent by updateOrder.
    'functions/orders/payment-writes.ts': [],
    [ORDER_STATISTICS]: ['StatisticsTable'],
    'functions/webhooks/delivery-queue.ts': ['DeliveryTable'],
    'functions/webhooks/delivery-table.ts': ['DeliveryTable'],
    'functions/webhooks/webhook-table.ts': ['WebhookTable'],
  });
});

test('there is no conditional write to the orders table that docs/life-of-an-order.md does not list', () => {
  const functions = ORDER_WRITES.map(read)
    .join('\n')
    .split(/^(?=(?:export )?(?:async )?function )/m);
  const conditional = functions.filter((text) =>
    /\b(condition|ConditionExpression):\s*'|\$\{sameVersion\}|condition:\s*(`|Condition)|\.\.\.(unchanged|asParked)\(|\.\.\.parked,/.test(
      text,
    ),
  );
  const names = conditional.map((text) => /function (\w+)/.exec(text)?.[1]);
  expect(names.toSorted()).toEqual(Object.keys(conditionsOfFunctions()).toSorted());
});

test('every file and folder that docs/life-of-an-order.md names exists', () => {
  const linked = [...page.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = '']) => path);
  // In the table a folder is followed by the files in it.
  const inFolders = [...page.matchAll(/\]\(\.\.\/([^)]+\/)\): ((?:`[^`]+`(?: \([^)]*\))?(?:, )?)+)/g)].flatMap(
    ([, folder = '', files = '']) => [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => folder + file),
  );
  expect(inFolders.length).toBeGreaterThan(20);
  expect([...linked, ...inFolders].filter((path) => !existsSync(join(PROJECT_ROOT, path)))).toEqual([]);
});

function conditionsOfFunctions(): Readonly<Record<string, string>> {
  const order = testOrder();
  const further = testOrder({ saga_run: 1 });
  const parked = testOrder({ status: 'NEEDS_ATTENTION', saga_run: 1, parked_at_redrive_count: 1 });
  const refunded = testOrder({ status: 'CONFIRMED', refund_version: 1 });
  const now = new Date(0);
  const wait = { orderId: 'o', taskToken: 't', attempt: 1, enteredAt: now, windowSeconds: 1 };
  return {
    placement: writes.placement(order).ConditionExpression,
    removal: writes.removal(order).ConditionExpression,
    repeatedStart: writes.repeatedStart('o', now).ConditionExpression,
    endedStart: writes.endedStart('o', now).condition,
    cancellationRequest: writes.cancellationRequest('o', 'PENDING', now).condition,
    paymentWait: payments.paymentWait(wait).condition,
    paymentClaim: payments.paymentClaim(order, { paymentId: 'p', isConfirmed: false }, now).condition,
    paymentClaimRelease: payments.paymentClaimRelease('o', 'p', 'declined', now).condition,
    customerActionWait: payments.customerActionWait(order, 'p', 'url', now).condition,
    paymentUndoing: payments.paymentUndoing('o', 'p', now).condition,
    paymentReversal: payments.paymentReversal('o', now).condition,
    sagaPostponement: reconciliation.sagaPostponement(further, now).ConditionExpression,
    sagaRecovery: reconciliation.sagaRecovery(further, { run: 2, tries: 1 }, now).ConditionExpression,
    recoveryParking: reconciliation.recoveryParking(further, { cause: 'c', error: 'e' }, now).condition,
    firstDueTime: reconciliation.firstDueTime('o', 'PAID', now).ConditionExpression,
    failurePostponement: reconciliation.failurePostponement('o', 'failed', now).ConditionExpression,
    ledgerWrite: refunds.ledgerWrite(refunded, {}, {}).ConditionExpression,
    redriveRequest: operator.redriveRequest(parked, { at: now.toISOString() }).ConditionExpression,
    furtherRun: operator.furtherRun(parked).ConditionExpression,
    abandonment: operator.abandonment(parked, { reason: 'r', by: 'b' }, now).condition,
  };
}

/** The first and the last column of the table below a heading. */
function conditionsOn(heading: string): Readonly<Record<string, string>> {
  const rows = [...section(heading).matchAll(/^\| `(\w+)` \|.*\| `([^`]+)` \|$/gm)];
  return Object.fromEntries(rows.map(([, writer = '', condition = '']) => [writer, condition]));
}

/** The text below a heading. */
function section(heading: string): string {
  return page.split(`### ${heading}\n`)[1]?.split('\n### ')[0] ?? '';
}

/** The tables that a module can reach: it gets each one as a parameter, or from environment.ts. */
function tablesOf(file: string): readonly string[] {
  const text = read(file);
  const taken = [...text.matchAll(/:\s*(?!OnTable)(\w+Table)\b/g)].map(([, type = '']) => type);
  const made = [...text.matchAll(/\b(\w+Table)\(\)/g)].map(([, name = '']) => name);
  return [...new Set([...taken, ...made])].toSorted();
}

function sources(room: string): readonly string[] {
  return globSync(`${room}/**/*.ts`, { cwd: PROJECT_ROOT, exclude: (name) => name.endsWith('.test.ts') }).toSorted();
}

function read(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), 'utf8');
}
