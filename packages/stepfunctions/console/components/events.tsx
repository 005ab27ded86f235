import { useState } from 'preact/hooks';
import type { EventView } from './model.ts';
import { Time } from './time.tsx';

/** As many are shown at first, and more on each request: a browser is slow with thousands of rows. */
const SHOWN_EVENTS = 200;

/** The events of a sequence, folded, the newest first. */
export function Events({ events }: { readonly events: readonly EventView[] }) {
  const [count, setCount] = useState(SHOWN_EVENTS);
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? events.slice(-count).toReversed() : [];
  return (
    <details class="card events" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Events <span class="muted">{events.length}</span>
      </summary>
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                Id
              </th>
              <th scope="col">At</th>
              <th scope="col">Event</th>
              <th scope="col">Step</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, at, type, state }) => (
              <tr key={id}>
                <td class="number">{id}</td>
                <td class="number">
                  <Time at={at} withMs />
                </td>
                <td>{type}</td>
                <td>{state ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {events.length > count && (
          <button type="button" class="quiet" onClick={() => setCount(count + 5 * SHOWN_EVENTS)}>
            Show older ones
          </button>
        )}
      </div>
    </details>
  );
}
