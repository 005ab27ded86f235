import * as z from 'zod';
import { API_KEY_HEADER } from '../access/api-keys.ts';
import { type AuthMode, readConfiguration } from '../common/configuration.ts';
import { ERROR_CODES, type ErrorCode } from '../common/errors.ts';
import { once } from '../common/once.ts';
import { allErrors, type Operation } from './contract/operation.ts';
import { OPERATIONS } from './contract/operations.ts';
import { createEndpoint } from './endpoint.ts';
import { escaped } from './html.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem 1rem; border-radius: .4rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
section { border-top: 1px solid var(--line); margin-top: 2rem; }
h2 code { font-size: 1.2rem; }
nav a { display: inline-block; margin-right: 1rem; }
`;

const CREDENTIALS: Readonly<Record<AuthMode, string>> = {
  none: 'Everybody may call it.',
  'api-key': `All calls but health, documentation and the payment provider's own need an API key: <code>${API_KEY_HEADER}: …</code>. An order is seen by whoever placed it.`,
  jwt: "All calls but health, documentation and the payment provider's own need a token: <code>Authorization: Bearer …</code>. An order is seen by whoever placed it.",
};

/** The API's documentation as one page that loads nothing else. */
function documentationPage(operations: readonly Operation[], authMode: AuthMode): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orders API</title><style>${STYLE}</style></head><body>
<h1>Orders API</h1>
<p>Every JSON answer has the envelope <code>{"status", "success", "meta", "data"}</code>. After a failure
<code>data</code> is a sentence for people and <code>meta.code</code> a constant for programs. All money is in whole minor
units (cents). For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<p>${CREDENTIALS[authMode]}</p>
<nav>${operations.map(({ id, method, paths }) => `<a href="#${id}">${method.toUpperCase()} ${escaped(paths[0])}</a>`).join('\n')}</nav>
${operations.map((operation) => operationSection(operation, authMode)).join('\n')}
</body></html>
`;
}

function operationSection(operation: Operation, authMode: AuthMode): string {
  const { id, method, paths, description, path, query, headers, body, success } = operation;
  const aliases = paths.slice(1).map((path) => `<code>${escaped(path)}</code>`);
  return `<section id="${id}">
<h2><code>${method.toUpperCase()} ${escaped(paths[0])}</code></h2>
<p>${escaped(description)}${aliases.length === 0 ? '' : ` Answered too: ${aliases.join(', ')}.`}</p>
${path === undefined ? '' : `<h3>Path</h3>${fields(path)}`}
${query === undefined ? '' : `<h3>Query</h3>${fields(query)}`}
${headers === undefined ? '' : `<h3>Headers</h3>${fields(headers)}`}
${body === undefined ? '' : `<h3>Body</h3>${fields(body.schema)}`}
<h3>For example</h3>
<pre>${escaped(exampleCall(operation))}</pre>
${'data' in success ? `<pre>${escaped(pretty({ status: success.status, success: true, meta: null, data: success.example }))}</pre>` : ''}
<h3>Refusals</h3>
${errorTable(allErrors(operation, authMode))}
</section>`;
}

function exampleCall({ method, paths, query, body }: Operation): string {
  const search = exampleSearch(query);
  const url = `"http://localhost:3000${paths[0]}${search}"`;
  if (method === 'get') {
    return `curl ${url}`;
  }
  if (body === undefined) {
    return `curl -X ${method.toUpperCase()} ${url}`;
  }
  const { mediaType = 'application/json', example } = body;
  const text = mediaType.endsWith('json')
    ? JSON.stringify(example)
    : new URLSearchParams(Object.entries(example ?? {})).toString();
  return `curl -X POST ${url} -H 'Content-Type: ${mediaType}' -d '${text}'`;
}

function exampleSearch(query: z.ZodObject | undefined): string {
  if (query === undefined) {
    return '';
  }
  return 'webhook_id' in query.shape
    ? '?webhook_id=wh_6f1c2a9be04d7358'
    : '?order_id=bdc38c99-c74d-4053-8897-7ea0dbd423f8';
}

/** The parts of a JSON Schema that the page shows. */
interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

function fields(schema: z.ZodType): string {
  const rows = fieldRows(z.toJSONSchema(schema, { io: 'input' }) as SchemaNode, '');
  return `<table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>${rows.join('')}</table>`;
}

function fieldRows({ properties = {}, required = [] }: SchemaNode, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    const needed = required.includes(name) ? '' : ' (optional)';
    const meaning = [node.description, limits(node)].filter((text) => text !== undefined && text !== '').join('; ');
    const row = `<tr><td><code>${escaped(path)}</code>${needed}</td><td>${escaped(typeName(node))}</td><td>${escaped(meaning)}</td></tr>`;
    const inner = node.items === undefined ? fieldRows(node, `${path}.`) : fieldRows(node.items, `${path}[].`);
    return [row, ...inner];
  });
}

function typeName({ type, format }: SchemaNode): string {
  return format === undefined || type === 'integer' ? String(type ?? 'any') : `${String(type)}, ${format}`;
}

function limits({ minimum, maximum, minItems, maxItems, pattern, format }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) {
    return `${minimum} to ${maximum.toLocaleString('en')}`;
  }
  if (minItems !== undefined && maxItems !== undefined) {
    return `${minItems} to ${maxItems} of them`;
  }
  return pattern === undefined || format !== undefined ? '' : `matches ${pattern}`;
}

function errorTable(codes: readonly ErrorCode[]): string {
  const rows = codes.map((code) => {
    const { status, meaning } = ERROR_CODES[code];
    return `<tr><td>${status}</td><td><code>${code}</code></td><td>${escaped(meaning)}</td></tr>`;
  });
  return `<table><tr><th>Status</th><th>meta.code</th><th>Meaning</th></tr>${rows.join('')}</table>`;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

const page = once(() => documentationPage(OPERATIONS, readConfiguration(['AUTH_MODE']).AUTH_MODE));

/** `GET /docs`. */
export const handler = createEndpoint(async () => ({
  statusCode: 200,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    'X-Content-Type-Options': 'nosniff',
  },
  body: page(),
}));
