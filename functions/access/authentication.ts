import type { Role } from './roles.ts';

/** The sender of a request. */
export interface Caller {
  /** The owner of the caller's orders: the name of an API key, or the `sub` of a bearer token. */
  readonly owner: string;
  readonly role: Role;
}

/** The verdict over a request's credentials. */
export type Authentication =
  | { readonly outcome: 'AUTHENTICATED'; readonly caller: Caller }
  /** The API asks for no credentials. Orders placed this way have no owner. */
  | { readonly outcome: 'ANONYMOUS' }
  /** `why` is for the log and repeats nothing of the credentials. */
  | { readonly outcome: 'REFUSED'; readonly why: string };

/**
 * Authenticates the sender of a request by its headers, which are read by name in any case.
 *
 *     request ─▶ authorizer (http/authorizer.ts) ─▶ Authenticate ─┬─ api-keys.ts       AUTH_MODE=api-key
 *                    │ puts owner and role into its context       └─ bearer-token.ts   AUTH_MODE=jwt
 *                    ▼
 *                endpoint ─┬─▶ roles (http/endpoint.ts): a call for operators refuses customers
 *                          └─▶ visibleOrder (http/order-view.ts): an order is visible to its owner and to operators
 *
 * @throws Error where the credentials cannot be checked at the moment; that is not a refusal
 */
export type Authenticate = (header: (name: string) => string | undefined) => Promise<Authentication>;
