import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** Where the reader is. Each place has an address of its own, behind the `#`. */
export type Place =
  | { readonly page: 'machines' }
  | { readonly page: 'executions'; readonly machineArn: string; readonly status: string | undefined }
  | { readonly page: 'execution'; readonly executionArn: string };

/** The current place. */
export const place = signal<Place>(readPlace());

addEventListener('hashchange', () => {
  place.value = readPlace();
  scrollTo(0, 0);
});

function readPlace(): Place {
  const [path = '', query = ''] = location.hash.slice(1).split('?');
  const [, page, arn = ''] = path.split('/');
  if (page === 'machines' && arn !== '') {
    const status = new URLSearchParams(query).get('status') ?? undefined;
    return { page: 'executions', machineArn: decodeURIComponent(arn), status };
  }
  if (page === 'executions' && arn !== '') {
    return { page: 'execution', executionArn: decodeURIComponent(arn) };
  }
  return { page: 'machines' };
}

/** The address of a place. */
export function addressOf(to: Place): string {
  switch (to.page) {
    case 'machines':
      return '#/';
    case 'executions':
      return `#/machines/${encodeURIComponent(to.machineArn)}${to.status === undefined ? '' : `?status=${to.status}`}`;
    case 'execution':
      return `#/executions/${encodeURIComponent(to.executionArn)}`;
  }
}

/** The last part of an ARN. */
export function nameOf(arn: string): string {
  return arn.split(':').at(-1) ?? arn;
}

/** Properties of a link inside the console. */
export interface LinkProperties {
  readonly to: Place;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}

/** A link inside the console. */
export function Link({ to, class: className, isCurrent, children }: LinkProperties) {
  return (
    <a href={addressOf(to)} class={className} aria-current={isCurrent === true ? 'page' : undefined}>
      {children}
    </a>
  );
}
