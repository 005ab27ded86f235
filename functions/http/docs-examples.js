// Runs in the page /docs, before Scalar. The examples name an order and a webhook that do not exist. Where one of them is
// sent, this places such an order first, or makes such a webhook, and puts its id in the example's place. So each example
// works, in any sequence.

(() => {
  const EXAMPLE_ORDER = 'bdc38c99-c74d-4053-8897-7ea0dbd423f8';
  const EXAMPLE_WEBHOOK = 'wh_6f1c2a9be04d7358';
  const LINES = [{ id: '0ec2fe2b-d061-43cd-a16e-672d2662e6fe', count: 1 }];
  /** Calls for an order that waits for its payment; all others want one that is confirmed. */
  const WANT_UNPAID = /\/(payment\/pay|orders\/cancel)$/;
  /** Calls that take an idempotency key. */
  const TAKES_KEY = /\/(orders\/(place|refund)|inventory\/(restock|correct))$/;
  /** Keys of requests of which nobody knows what became, by their content. */
  const unanswered = new Map();
  const CREDENTIALS = ['x-api-key', 'authorization'];
  const ATTEMPTS = 50;
  const send = window.fetch.bind(window);
  const base = new URL('.', location.href.replace(/\/$/, ''));

  /** The data of a call of the API, with the credentials of the request that needs it. */
  async function call(path, headers, body) {
    const answer = await send(new URL(path, base), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { data, success } = await answer.json();
    return success ? data : undefined;
  }

  /** The id of an order that is confirmed, or waits for its payment. */
  async function placeOrder(headers, wanted) {
    const payment = wanted === 'CONFIRMED' ? { payment: { method: 'tok_visa' } } : {};
    const placed = await call('orders/place', headers, { list: LINES, ...payment });
    for (let attempt = 0; placed !== undefined && attempt < ATTEMPTS; attempt += 1) {
      const order = await call(`orders/status?order_id=${placed.order_id}`, headers);
      if (order?.status === wanted) {
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return placed?.order_id;
  }

  /** The id of a webhook that this page has made: no other is removed or changed by an example. */
  async function exampleWebhook(headers) {
    const url = new URL('docs?example=webhook', base).href;
    const { webhooks = [] } = (await call('webhooks', headers)) ?? {};
    const own = webhooks.find((webhook) => webhook.url === url);
    return (own ?? (await call('webhooks', headers, { url, events: ['order.expired'] })))?.webhook_id;
  }

  /**
   * Sends a request. One that may have an idempotency key and has none gets one, and the same request again gets the same one
   * after a failure. So it takes effect once.
   */
  async function sendOnce(url, init) {
    if (init.method !== 'POST' || !TAKES_KEY.test(new URL(url).pathname) || init.headers.has('idempotency-key')) {
      return send(url, init);
    }
    const content = `${url} ${init.body}`;
    const key = unanswered.get(content) ?? crypto.randomUUID();
    unanswered.set(content, key);
    init.headers.set('idempotency-key', key);
    const answer = await send(url, init);
    if (answer.status < 500) {
      unanswered.delete(content);
    }
    return answer;
  }

  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = ['GET', 'HEAD'].includes(request.method) ? '' : await request.clone().text();
    const parts = `${request.url} ${body}`;
    if (new URL(request.url).origin !== location.origin) {
      return send(request);
    }
    const headers = Object.fromEntries(
      CREDENTIALS.flatMap((name) => (request.headers.has(name) ? [[name, request.headers.get(name)]] : [])),
    );
    const { pathname } = new URL(request.url);
    const order = parts.includes(EXAMPLE_ORDER)
      ? await placeOrder(headers, WANT_UNPAID.test(pathname) ? 'AWAITING_PAYMENT' : 'CONFIRMED')
      : undefined;
    const webhook = parts.includes(EXAMPLE_WEBHOOK) ? await exampleWebhook(headers) : undefined;
    const replaced = (text) =>
      text.replaceAll(EXAMPLE_ORDER, order ?? EXAMPLE_ORDER).replaceAll(EXAMPLE_WEBHOOK, webhook ?? EXAMPLE_WEBHOOK);
    return sendOnce(replaced(request.url), {
      method: request.method,
      headers: request.headers,
      signal: request.signal,
      ...(body !== '' && { body: replaced(body) }),
    });
  };
})();
