import type { Json } from '../language/json.ts';
import { number, optional, text } from '../wire/request-shape.ts';
import type { ApiContext } from './context.ts';

/** `maxResults` of a listing. */
export const maxResultsMember = optional(number({ min: 0, max: 1_000 }));
/** `nextToken` of a listing. */
export const nextTokenMember = optional(text({ min: 1, max: 1_024 }));

/** Page size when the caller names no number, or 0. */
const DEFAULT_PAGE_SIZE = 100;

/** The page size that a `maxResults` asks for. */
export function pageSize(maxResults: number | undefined): number {
  return maxResults || DEFAULT_PAGE_SIZE;
}

/** How a listing is read page by page (keyset pagination). */
export interface Listing<T> {
  /** What is listed, filters included. A page token is good for the same listing only. */
  readonly name: Json;
  /** Reads at most `limit` items behind a position, or from the start. */
  readonly read: (limit: number, after: Json | undefined) => readonly T[];
  /** The position of an item: the next page starts behind it. */
  readonly position: (item: T) => Json;
}

/** One page. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextToken: string | undefined;
}

/**
 * Reads a page of a listing.
 *
 * @throws {ApiError} InvalidToken
 */
export function readPage<T>(
  { pages }: ApiContext,
  request: { readonly maxResults: number | undefined; readonly nextToken: string | undefined },
  { name, read, position }: Listing<T>,
): Page<T> {
  const limit = pageSize(request.maxResults);
  const after = request.nextToken === undefined ? undefined : pages.open(name, request.nextToken);
  // One more than the page holds tells whether another page follows.
  const found = read(limit + 1, after);
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, nextToken: last && pages.seal(name, position(last)) };
}

/** A position that is a text, such as a name or an ARN. */
export function textPosition(position: Json | undefined): string | undefined {
  return position === undefined ? undefined : String(position);
}

/** A position that is a number, such as an id. */
export function numberPosition(position: Json | undefined): number | undefined {
  return position === undefined ? undefined : Number(position);
}
