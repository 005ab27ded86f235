import type { StackProcessName } from '../../../embedded/stack.ts';

/** A part of the stack that faults are aimed at. */
export type Target = StackProcessName;

/** The listeners of the stack that a proxy can stand before. `http` is what customers call. */
export const WIRE_LINKS = ['http', 'lambda', 'endpoint', 'dynamodb', 'inventory', 'payment'] as const;

/** A listener of the stack that a proxy can stand before. */
export type Link = (typeof WIRE_LINKS)[number];

/** Whose listener each is. */
export const targetOfLink: Readonly<Record<Link, Target>> = {
  http: 'api',
  lambda: 'api',
  endpoint: 'engine',
  dynamodb: 'dynamodb',
  inventory: 'inventory',
  payment: 'payment',
};

/** One call between two parts of the stack, as a proxy sees it. */
export interface WireCall {
  readonly link: Link;
  /** An RPC's, action's or function's name, or method and path. */
  readonly operation: string;
  /** The order it is about, where it can be told from the call. */
  readonly order_id?: string;
  /** The task token in it: of an order's saga, which who answers to it does not name. */
  readonly task_token?: string;
}

/** Whether a call changes something: only of such a call does a lost reply or a second delivery matter. */
export function hasEffect({ operation }: WireCall): boolean {
  return !/^(?:GET |Get|List|Describe|Query|Scan|BatchGet|TransactGet)/.test(operation);
}

const NAMED_ORDER = /order_id\W+(?:S\W+)?(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

const NAMED_TOKEN = /"task_?token"\s*:\s*"(?<token>[^"\\]+)"/i;

/** The task token that a text in JSON holds. */
export function tokenNamedIn(text: string): string | undefined {
  return NAMED_TOKEN.exec(text)?.groups?.token;
}

/** The order that a text in JSON, in DynamoDB's JSON or in a URL is about; the first where there are several. */
export function orderNamedIn(text: string): string | undefined {
  return NAMED_ORDER.exec(text)?.groups?.id;
}
