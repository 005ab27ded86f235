import type { IncomingMessage } from 'node:http';
import type { StackProcessName } from '../../../embedded/stack.ts';

/** A part of the stack that a fault can have as its target. */
export type Target = StackProcessName;

/** The listeners of the stack with a proxy before them. Customers call `http`. */
export const NETWORK_LINKS = ['http', 'lambda', 'endpoint', 'dynamodb', 'inventory', 'payment'] as const;

/** A listener of the stack with a proxy before it. */
export type Link = (typeof NETWORK_LINKS)[number];

/** A listener that speaks gRPC. */
export type GrpcLink = Extract<Link, 'inventory' | 'payment'>;

/** A listener that speaks HTTP/1.1. */
export type HttpLink = Exclude<Link, GrpcLink>;

/** The process that owns each listener. */
export const TARGET_OF_LINK: Readonly<Record<Link, Target>> = {
  http: 'api',
  lambda: 'api',
  endpoint: 'engine',
  dynamodb: 'dynamodb',
  inventory: 'inventory',
  payment: 'payment',
};

/** One call between two parts of the stack, as a proxy sees it. */
export interface NetworkCall {
  readonly link: Link;
  /** The name of an RPC, action or function, or an HTTP method and path. */
  readonly operation: string;
  /** The order that the call is about, where the call shows it. */
  readonly order_id?: string;
  /** The task token in the call. A call that answers a token names no order. */
  readonly task_token?: string;
}

/** Whether a call changes something. Only then does a lost reply or a second delivery matter. */
export function hasEffect({ operation }: NetworkCall): boolean {
  return !/^(?:GET |Get|List|Describe|Query|Scan|BatchGet|TransactGet)/.test(operation);
}

/** Describes an HTTP request, so that faults and points can select it. */
export function describeHttpCall(
  link: HttpLink,
  { method, url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer,
): NetworkCall {
  const text = body.toString('utf8');
  const order_id = orderNamedIn(text) ?? orderNamedIn(url);
  const task_token = NAMED_TOKEN.exec(text)?.groups?.token;
  const line = { method: method ?? '', url, target: String(headers['x-amz-target'] ?? '') };
  return {
    link,
    operation: operationOf(link, line, text),
    ...(order_id === undefined ? {} : { order_id }),
    ...(task_token === undefined ? {} : { task_token }),
  };
}

const NAMED_TOKEN = /"task_?token"\s*:\s*"(?<token>[^"\\]+)"/i;
const NAMED_ORDER = /order_id\W+(?:S\W+)?(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** The first order named in JSON, in DynamoDB's JSON or in a URL. */
function orderNamedIn(text: string): string | undefined {
  return NAMED_ORDER.exec(text)?.groups?.id;
}

interface RequestLine {
  readonly method: string;
  readonly url: string;
  readonly target: string;
}

function operationOf(link: HttpLink, { method, url, target }: RequestLine, text: string): string {
  switch (link) {
    case 'http':
      return `${method} ${url.split('?')[0]}`;
    case 'lambda':
      return /-(?<name>\w+)\/invocations/.exec(decodeURIComponent(url))?.groups?.name ?? url;
    case 'endpoint':
      return target.split('.')[1] ?? url;
    case 'dynamodb':
      return `${target.split('.')[1] ?? url}${statusWritten(text)}`;
  }
}

/** The order status that a write of the saga itself sets (`:to`), after a space. */
function statusWritten(text: string): string {
  const status = /":to"\s*:\s*\{\s*"S"\s*:\s*"(?<status>\w+)"/.exec(text)?.groups?.status;
  return status === undefined ? '' : ` ${status}`;
}

/** Remembers the order of each task token, since a call that answers a token does not name the order. */
export class TokenOrders {
  readonly #orders = new Map<string, string>();

  /** The call with the order it is about, where that is known. */
  identified(call: NetworkCall): NetworkCall {
    const { task_token, order_id } = call;
    if (task_token === undefined) {
      return call;
    }
    if (order_id !== undefined) {
      this.#orders.set(task_token, order_id);
      return call;
    }
    const known = this.#orders.get(task_token);
    return known === undefined ? call : { ...call, order_id: known };
  }
}
