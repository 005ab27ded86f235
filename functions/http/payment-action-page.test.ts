import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { awaitingOrder } from '../../tests/support/order.ts';
import { escaped, respondWithPage } from './html.ts';
import { decidedPage, paymentActionPage, unknownActionPage } from './payment-action-page.ts';

const ACTION = { order_id: 'o-1', payment_id: 'p-1', reference: '"ch"&1' };
const FORM = `<form method="post"><input type="hidden" name="order_id" value="o-1">\
<input type="hidden" name="payment_id" value="p-1"><input type="hidden" name="reference" value="&quot;ch&quot;&amp;1">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="refuse">Refuse</button></form>`;

function bodyOf(title: string, order: string, content: string): string {
  return `<main><h1>${title}</h1><p>The simulated bank asks you to confirm this payment. No money is moved.</p>
${order}
${content}
<small>Order o-1</small></main>`;
}

test.each([PaymentState.ACTION_REQUIRED, PaymentState.PENDING])(
  'a payment in state %i has a form that sends back all that its address named',
  (state) => {
    const { title, body } = paymentActionPage(ACTION, undefined, state);
    expect([title, body]).toEqual(['Confirm your payment', bodyOf('Confirm your payment', '', FORM)]);
  },
);

test.each([
  [PaymentState.AUTHORIZED, 'You approved this payment.'],
  [PaymentState.CAPTURED, 'You approved this payment.'],
  [PaymentState.DECLINED, 'This payment was refused.'],
  [PaymentState.REFUNDED, 'The money of this payment was given back.'],
  [PaymentState.VOIDED, 'The order takes this payment no more. Nothing was charged.'],
  [PaymentState.UNSPECIFIED, 'This payment is not known yet.'],
  [PaymentState.UNRECOGNIZED, 'This payment is not known yet.'],
])('a payment in state %i has no form, but the sentence: %s', (state, sentence) => {
  const { body } = paymentActionPage(ACTION, undefined, state);
  expect(body).toBe(bodyOf('Confirm your payment', '', `<p class="note">${sentence}</p>`));
});

function tableOf(differences: Parameters<typeof awaitingOrder>[0]): string {
  const { body } = paymentActionPage(ACTION, awaitingOrder(differences), PaymentState.PENDING);
  return /<table>.*<\/table>/s.exec(body)?.[0] ?? '';
}

test('the page lists what is paid for: each line with its price, and the sum', () => {
  const lines = [
    { item_id: 'pen', name: 'Pen', count: 2, unit_price_minor: 500 },
    { item_id: 'cup', name: 'Cup', count: 1, unit_price_minor: 1_000 },
  ];
  expect(tableOf({ lines, amount_minor: 2_000 })).toBe(
    `<table><tbody><tr><td>2 × Pen</td><td>10.00 USD</td></tr><tr><td>1 × Cup</td><td>10.00 USD</td></tr></tbody>
<tfoot><tr><th>To pay</th><th>20.00 USD</th></tr></tfoot></table>`,
  );
});

test('an order without names, prices and an amount yet is listed with what is known', () => {
  expect(tableOf({ lines: [{ item_id: 'pen', count: 2 }], amount_minor: undefined })).toBe(
    `<table><tbody><tr><td>2 × pen</td><td></td></tr></tbody>
<tfoot><tr><th>To pay</th><th></th></tr></tfoot></table>`,
  );
});

test.each([
  [true, true, 'Payment approved', 'You approved the payment. The shop has been told.'],
  [false, true, 'Payment refused', 'You refused the payment. The shop has been told.'],
  [
    true,
    false,
    'Payment approved',
    'You approved the payment. The shop could not be told; it will ask the bank within a few minutes.',
  ],
])('after a decision (approved: %j, reported: %j) the page says so', (approved, reported, title, sentence) => {
  expect(decidedPage(ACTION, approved, reported)).toMatchObject({
    title,
    body: `<main><h1>${title}</h1><p class="note">${sentence}</p>
<p>You can close this page.</p>
<small>Order o-1</small></main>`,
  });
});

test('an address that names no payment leads to a page that says so', () => {
  expect(unknownActionPage()).toMatchObject({
    title: 'No such payment',
    body:
      '<main><h1>No such payment</h1>' +
      '<p class="note">No payment waits at this address. Go back to the shop.</p></main>',
  });
});

test('a page is sent with its style sheet, which its policy allows, and with nothing that a cache or a frame may keep', () => {
  const { style } = unknownActionPage();
  expect(style).toContain('button:focus-visible { outline:');
  const answer = respondWithPage(404, { title: 'a <b> & "c"', style: 'p { margin: 0; }', body: '<p>text</p>' });
  expect(answer).toEqual({
    statusCode: 404,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update('p { margin: 0; }').digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>a &lt;b&gt; &amp; &quot;c&quot;</title><style>p { margin: 0; }</style></head><body><p>text</p></body></html>
`,
  });
  expect(escaped(`<a href="x">'&'</a>`)).toBe(`&lt;a href=&quot;x&quot;&gt;'&amp;'&lt;/a&gt;`);
});
