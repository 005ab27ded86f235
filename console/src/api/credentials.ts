import { signal } from '@preact/signals';

const STORED_AS = 'orders-console-credentials';

/** What the person entered: an API key or a token; empty where the API asked for none. Forgotten with the tab. */
export const credentials = signal(sessionStorage.getItem(STORED_AS) ?? '');

/** Why the console asks for credentials; undefined while it does not. */
export const askedFor = signal<'missing' | 'refused' | undefined>(undefined);

/** Takes what the person entered; empty signs out. */
export function signIn(entered: string): void {
  const trimmed = entered.trim();
  if (trimmed === '') {
    sessionStorage.removeItem(STORED_AS);
  } else {
    sessionStorage.setItem(STORED_AS, trimmed);
  }
  askedFor.value = undefined;
  credentials.value = trimmed;
}

/** Notes that the API refused a request for its credentials. */
export function refusedCredentials(sent: string): void {
  // Another request may have been answered after the person entered new ones.
  if (sent === credentials.value) {
    askedFor.value = sent === '' ? 'missing' : 'refused';
  }
}

/** The headers that carry credentials. A token has two dots, an API key none. */
export function credentialHeaders(entered: string): Readonly<Record<string, string>> {
  if (entered === '') {
    return {};
  }
  return entered.split('.').length === 3 ? { Authorization: `Bearer ${entered}` } : { 'X-Api-Key': entered };
}
