/** Who a request comes from. */
export interface Caller {
  /** What their orders are kept under: the name of an API key, or the `sub` of a bearer token. */
  readonly owner: string;
}

/** What became of a request's credentials. */
export type Authentication =
  | { readonly outcome: 'AUTHENTICATED'; readonly caller: Caller }
  /** Everybody may come in, and nobody is anybody. */
  | { readonly outcome: 'ANONYMOUS' }
  /** `why` is for the log, and holds nothing of the credentials. */
  | { readonly outcome: 'REFUSED'; readonly why: string };

/**
 * Finds out who sends a request, from its headers (by name, in whatever case). Throws where that cannot be told at the
 * moment, which is no refusal.
 */
export type Authenticate = (header: (name: string) => string | undefined) => Promise<Authentication>;
