import { useEffect } from 'preact/hooks';
import { Announcements } from 'resilient-stepfunctions/console';
import type { Summary } from './api/answers.ts';
import { isReachable } from './api/client.ts';
import { credentials, signIn } from './api/credentials.ts';
import { usePolled } from './api/polling.ts';
import { AttentionPage } from './attention/attention-page.tsx';
import { LivePage } from './live/live-page.tsx';
import { API, Link, place } from './navigation.tsx';
import { OrderPage } from './order/order-page.tsx';
import { OrdersPage } from './orders/orders-page.tsx';
import { SignIn } from './sign-in.tsx';
import { StockPage } from './stock/stock-page.tsx';

const SUMMARY_EVERY_MS = 3_000;

const PAGES = [
  { to: '/orders', title: 'Orders' },
  { to: '/attention', title: 'Attention' },
  { to: '/stock', title: 'Stock' },
  { to: '/live', title: 'Try it' },
] as const;

/** The console: its frame, and the page of the current address. */
export function App() {
  const { path } = place.value;
  const summary = usePolled<Summary>('/orders/summary', SUMMARY_EVERY_MS);
  const waiting = (summary.data?.attention.count ?? 0) + (summary.data?.attention.refunds ?? 0);
  const title = titleOf(path);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} · Orders console`;
  }, [title, waiting]);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="bar">
        <Link to="/orders" class="brand" label="Orders console, to the orders">
          <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
            <rect width="32" height="32" rx="8" class="brand-ground" />
            <path d="M7 11h12a6 6 0 0 1 0 12H9" class="brand-line" />
            <path d="m13 17-5 6 5 5" class="brand-line" />
            <circle cx="7" cy="11" r="3" class="brand-dot" />
          </svg>
          <span>Orders</span>
        </Link>
        <nav aria-label="Pages">
          {PAGES.map(({ to, title: name }) => (
            <Link key={to} to={to} isCurrent={path.startsWith(to)}>
              {name}
              {to === '/attention' && waiting > 0 && (
                <span class="count">
                  {waiting}
                  <span class="unseen"> parked</span>
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div class="aside">
          <span class={isReachable.value ? 'live' : 'live lost'} role="status">
            {isReachable.value ? 'live' : 'no answer'}
          </span>
          <a href={`${API}/docs`}>API</a>
          {credentials.value !== '' && (
            <button type="button" class="quiet" onClick={() => signIn('')}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Page path={path} summary={summary.data} />
      </main>
      <Announcements />
      <SignIn />
    </>
  );
}

function Page({ path, summary }: { readonly path: string; readonly summary: Summary | undefined }) {
  const [, page, id] = path.split('/');
  switch (page) {
    case 'orders':
      return id === undefined ? <OrdersPage summary={summary} /> : <OrderPage key={id} orderId={id} />;
    case 'attention':
      return <AttentionPage />;
    case 'stock':
      return <StockPage />;
    case 'live':
      return <LivePage />;
    default:
      return (
        <section class="card narrow">
          <h1>There is no such page</h1>
          <p>
            <Link to="/orders">To the orders</Link>
          </p>
        </section>
      );
  }
}

function titleOf(path: string): string {
  const [, page, id] = path.split('/');
  if (page === 'orders' && id !== undefined) {
    return `Order ${id.slice(0, 8)}`;
  }
  return PAGES.find(({ to }) => to === `/${page}`)?.title ?? 'Not found';
}
