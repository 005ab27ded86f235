import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** The address of the console, such as `/console`, or `/dev/console` behind a stage. */
const CONSOLE = /^.*?\/console(?=\/|$)/.exec(location.pathname)?.[0] ?? '/console';

/** The address of the API, without a slash at its end. */
export const API = CONSOLE.slice(0, -'/console'.length);

/** Where the reader is: a path inside the console, such as `/orders`, and its query. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The current place; every page has its own address. */
export const place = signal<Place>(readPlace());

function readPlace(): Place {
  const path = location.pathname.slice(CONSOLE.length).replace(/\/+$/, '');
  return { path: path === '' ? '/orders' : path, query: new URLSearchParams(location.search) };
}

addEventListener('popstate', () => {
  place.value = readPlace();
});

/** Opens another page of the console. `replace` leaves no entry in the browser's history. */
export function goTo(address: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) {
    history.replaceState(null, '', CONSOLE + address);
  } else {
    history.pushState(null, '', CONSOLE + address);
    scrollTo(0, 0);
  }
  place.value = readPlace();
}

/** Properties of a link inside the console. */
export interface LinkProperties {
  readonly to: string;
  readonly class?: string;
  readonly label?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}

/** A link inside the console. With a modifier key the browser opens it as any other. */
export function Link({ to, class: className, label, isCurrent, children }: LinkProperties) {
  return (
    <a
      href={CONSOLE + to}
      class={className}
      aria-label={label}
      aria-current={isCurrent === true ? 'page' : undefined}
      onClick={(event) => {
        if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
          event.preventDefault();
          goTo(to);
        }
      }}
    >
      {children}
    </a>
  );
}
