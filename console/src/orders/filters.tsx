import { goTo } from '../navigation.tsx';
import { addressOf, isFiltered, type OrderFilter } from './order-filter.ts';

const ORDER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The filters beside the status, and the way to one order by its id. */
export function Filters({ filter }: { readonly filter: OrderFilter }) {
  const change = (changed: Partial<OrderFilter>): void => goTo(addressOf({ ...filter, ...changed }), { replace: true });
  return (
    <search class="filters">
      <form
        class="find"
        onSubmit={(event) => {
          event.preventDefault();
          const entered = String(new FormData(event.currentTarget).get('order_id')).trim().toLowerCase();
          if (ORDER_ID.test(entered)) {
            goTo(`/orders/${entered}`);
          }
        }}
      >
        <label class="field">
          <span>Order id</span>
          <input
            name="order_id"
            placeholder="bdc38c99-c74d-…"
            pattern={ORDER_ID.source.replaceAll('a-f', 'a-fA-F').replace(/^\^|\$$/g, '')}
            title="The whole id of an order"
            autocomplete="off"
            spellcheck={false}
            required
          />
        </label>
        <button type="submit" class="quiet">
          Open
        </button>
      </form>
      <label class="field">
        <span>From</span>
        <input
          type="date"
          value={filter.from}
          max={filter.to}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>To</span>
        <input
          type="date"
          value={filter.to}
          min={filter.from}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>Owner</span>
        <input
          value={filter.owner}
          maxLength={255}
          placeholder="anybody"
          autocomplete="off"
          onChange={(event) => change({ owner: event.currentTarget.value.trim() })}
        />
      </label>
      {isFiltered(filter) && (
        <button type="button" class="quiet" onClick={() => goTo('/orders')}>
          Clear
        </button>
      )}
    </search>
  );
}
