import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface Announcement {
  readonly text: string;
  readonly isFailure: boolean;
}

const announced = signal<Announcement | undefined>(undefined);
const SHOWN_MS = 8_000;
let hiding: ReturnType<typeof setTimeout> | undefined;

/** Tells the person what an action did; screen readers read it out. */
export function announce(text: string, { isFailure = false }: { readonly isFailure?: boolean } = {}): void {
  announced.value = { text, isFailure };
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    announced.value = undefined;
  }, SHOWN_MS);
}

/** Where announcements appear. */
export function Announcements() {
  const shown = announced.value;
  return (
    <div class="announcements" role="status" aria-live="polite">
      {shown !== undefined && <p class={shown.isFailure ? 'announcement failure' : 'announcement'}>{shown.text}</p>}
    </div>
  );
}

/** A failed request in words. */
export function Failure({ error }: { readonly error: Error | undefined }) {
  return error === undefined ? null : (
    <p class="failure-note" role="alert">
      {error.message}
    </p>
  );
}

/** What stands where there is nothing to show. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** Lines in place of what has not arrived yet, of about its height, so that nothing jumps. */
export function Loading({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div class="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}
