import { PaymentState } from '../../proto/gen/payment/v1/payment.ts';
import { amountText } from '../common/money.ts';
import type { Order } from '../orders/order.ts';
import { escaped, type Page } from './html.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --approve: #11703c; --refuse: #a32a2a; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 1rem; min-height: 100vh; display: grid; place-items: center; }
main { width: 100%; max-width: 26rem; border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 1rem; }
small { opacity: .75; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; }
td { padding: .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td:last-child, th:last-child { text-align: right; white-space: nowrap; padding-left: 1rem; }
tfoot th { text-align: left; padding: .6rem 0; font-size: 1.15rem; }
form { display: flex; flex-wrap: wrap; gap: .75rem; }
button { flex: 1 1 8rem; font: inherit; font-weight: 600; padding: .7rem 1rem; border-radius: .5rem; border: 1px solid; cursor: pointer; }
button[value=approve] { background: var(--approve); border-color: var(--approve); color: #fff; }
button[value=refuse] { background: transparent; border-color: var(--line); color: inherit; }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
.note { background: var(--soft); border-radius: .5rem; padding: .6rem .8rem; }
`;

/** Names a payment, and proves that its customer was sent to the page. */
export interface PaymentAction {
  readonly order_id: string;
  readonly payment_id: string;
  readonly reference: string;
}

/** The page on which the customer decides; for a payment that is decided, what became of it. */
export function paymentActionPage(action: PaymentAction, order: Order | undefined, state: PaymentState): Page {
  const waits = state === PaymentState.ACTION_REQUIRED || state === PaymentState.PENDING;
  const content = waits ? decisionForm(action) : `<p class="note">${escaped(sentenceOf(state))}</p>`;
  return page(
    'Confirm your payment',
    `<p>The simulated bank asks you to confirm this payment. No money is moved.</p>
${order === undefined ? '' : orderTable(order)}
${content}
<small>Order ${escaped(action.order_id)}</small>`,
  );
}

/** The page after a decision. */
export function decidedPage(action: PaymentAction, approved: boolean, reported: boolean): Page {
  const shop = reported
    ? 'The shop has been told.'
    : 'The shop could not be told; it will ask the bank within a few minutes.';
  return page(
    approved ? 'Payment approved' : 'Payment refused',
    `<p class="note">${approved ? 'You approved the payment.' : 'You refused the payment.'} ${shop}</p>
<p>You can close this page.</p>
<small>Order ${escaped(action.order_id)}</small>`,
  );
}

/** The page of an address that names no payment. */
export function unknownActionPage(): Page {
  return page('No such payment', '<p class="note">No payment waits at this address. Go back to the shop.</p>');
}

function page(title: string, content: string): Page {
  return { title, style: STYLE, body: `<main><h1>${escaped(title)}</h1>${content}</main>` };
}

function decisionForm(action: PaymentAction): string {
  const hidden = Object.entries(action)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join('');
  return `<form method="post">${hidden}
<button name="decision" value="approve">Approve</button>
<button name="decision" value="refuse">Refuse</button></form>`;
}

function orderTable({ lines, amount_minor, currency }: Order): string {
  const rows = lines.map(({ item_id, name = item_id, count, unit_price_minor }) => {
    const price = unit_price_minor === undefined ? '' : amountText(count * unit_price_minor, currency);
    return `<tr><td>${count} × ${escaped(name)}</td><td>${escaped(price)}</td></tr>`;
  });
  const total = amount_minor === undefined ? '' : amountText(amount_minor, currency);
  return `<table><tbody>${rows.join('')}</tbody>
<tfoot><tr><th>To pay</th><th>${escaped(total)}</th></tr></tfoot></table>`;
}

function sentenceOf(state: PaymentState): string {
  switch (state) {
    case PaymentState.AUTHORIZED:
    case PaymentState.CAPTURED:
      return 'You approved this payment.';
    case PaymentState.DECLINED:
      return 'This payment was refused.';
    case PaymentState.REFUNDED:
      return 'The money of this payment was given back.';
    case PaymentState.VOIDED:
      return 'The order takes this payment no more. Nothing was charged.';
    case PaymentState.PENDING:
    case PaymentState.ACTION_REQUIRED:
    case PaymentState.UNSPECIFIED:
    case PaymentState.UNRECOGNIZED:
      return 'This payment is not known yet.';
  }
}
