import { useState } from 'preact/hooks';
import { Ago, Empty, Failure, Loading, wholeNumber } from 'resilient-stepfunctions/console';
import type { StockItem, StockReport } from '../api/answers.ts';
import { usePolled } from '../api/polling.ts';
import { money, shortId } from '../format.ts';
import { Link } from '../navigation.tsx';
import { type StockChange, StockDialog } from './stock-dialog.tsx';

const EVERY_MS = 2_000;

/** Where the stock is, and for which orders it is held. */
export function StockPage() {
  const { data, error, refresh } = usePolled<StockReport>('/inventory/items', EVERY_MS);
  const [asked, setAsked] = useState<{ readonly change: StockChange; readonly item: StockItem }>();
  return (
    <>
      <div class="page-head">
        <h1>Stock</h1>
        <ul class="legend" aria-label="Parts of the bars">
          <li class="stock-available">available</li>
          <li class="stock-held">held for open orders</li>
          <li class="stock-sold">sold</li>
        </ul>
      </div>
      <Failure error={error} />
      {data === undefined && error === undefined && <Loading />}
      {data !== undefined && (
        <section class="card flush" aria-label="Items">
          <ul class="stock">
            {data.items.map((item) => (
              <StockRow key={item.id} item={item} onChange={(change) => setAsked({ change, item })} />
            ))}
          </ul>
        </section>
      )}
      {data !== undefined && <Holds report={data} />}
      {asked !== undefined && (
        <StockDialog
          {...asked}
          onClose={() => {
            setAsked(undefined);
            refresh();
          }}
        />
      )}
    </>
  );
}

interface StockRowProperties {
  readonly item: StockItem;
  readonly onChange: (change: StockChange) => void;
}

function StockRow({ item, onChange }: StockRowProperties) {
  const { id, name, available, held, sold, price, currency } = item;
  const total = Math.max(1, available + held + sold);
  const parts = [
    ['available', available],
    ['held', held],
    ['sold', sold],
  ] as const;
  return (
    <li>
      <div class="stock-name">
        <b title={id}>{name}</b>
        <span class="muted">{money({ value: price, currency })}</span>
      </div>
      <div class="stock-bar" aria-hidden="true">
        {parts
          .filter(([, count]) => count > 0)
          .map(([kind, count]) => (
            <span key={kind} class={`stock-${kind}`} style={{ width: `${(100 * count) / total}%` }} />
          ))}
      </div>
      <dl class="stock-counts">
        {parts.map(([kind, count]) => (
          <div key={kind} class={`stock-${kind}`}>
            <dt>{kind}</dt>
            <dd class={kind === 'available' && count === 0 ? 'none-left' : undefined}>{wholeNumber(count)}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button type="button" class="quiet" aria-label={`Restock ${name}`} onClick={() => onChange('restock')}>
          Restock …
        </button>
        <button type="button" class="quiet" aria-label={`Correct ${name}`} onClick={() => onChange('correct')}>
          Correct …
        </button>
      </div>
    </li>
  );
}

function Holds({ report }: { readonly report: StockReport }) {
  return (
    <section class="card flush" aria-labelledby="holds-title">
      <div class="section-head">
        <h2 id="holds-title">
          Holds{' '}
          <span class="muted">
            {report.more_holds ? `${report.holds.length} of more, those that run out first` : report.holds.length}
          </span>
        </h2>
      </div>
      {report.holds.length === 0 ? (
        <Empty>No stock is held: no order is between its reservation and its end.</Empty>
      ) : (
        <table class="holds">
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Items</th>
              <th scope="col">Held</th>
              <th scope="col">Runs out</th>
            </tr>
          </thead>
          <tbody>
            {report.holds.map(({ order_id, lines, held_since, held_until }) => (
              <tr key={order_id}>
                <th scope="row">
                  <Link to={`/orders/${order_id}`} class="id" label={`Order ${order_id}`}>
                    {shortId(order_id)}
                  </Link>
                </th>
                <td>{lines.map(({ name, count }) => `${count} × ${name}`).join(', ')}</td>
                <td>
                  <Ago at={held_since} />
                </td>
                <td>
                  <Ago at={held_until} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
