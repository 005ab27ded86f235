import type { IncomingMessage } from 'node:http';
import { type Link, orderNamedIn, tokenNamedIn, type WireCall } from './wire-call.ts';

/** A listener that speaks HTTP/1.1. */
export type HttpLink = Exclude<Link, 'inventory' | 'payment'>;

/** What a request is, for faults and points to be aimed at. */
export function describeHttpCall(
  link: HttpLink,
  { method, url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer,
): WireCall {
  const text = body.toString('utf8');
  const order_id = orderNamedIn(text) ?? orderNamedIn(url);
  const task_token = tokenNamedIn(text);
  const operation = operationOf(
    link,
    { method: method ?? '', url, target: String(headers['x-amz-target'] ?? '') },
    text,
  );
  return {
    link,
    operation,
    ...(order_id === undefined ? {} : { order_id }),
    ...(task_token === undefined ? {} : { task_token }),
  };
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

/** The status that the saga's own writes give an order (`:to`), after a space. */
function statusWritten(text: string): string {
  const status = /":to"\s*:\s*\{\s*"S"\s*:\s*"(?<status>\w+)"/.exec(text)?.groups?.status;
  return status === undefined ? '' : ` ${status}`;
}
