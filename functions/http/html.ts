import { createHash } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text that is safe between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** A page that loads nothing: its one style sheet stands in it, and it has no script. */
export interface Page {
  readonly title: string;
  readonly style: string;
  /** HTML. */
  readonly body: string;
}

/** A response with a page. The Content-Security-Policy allows its own style sheet, and forms to this server. */
export function respondWithPage(status: number, { title, style, body }: Page): APIGatewayProxyResult {
  const styleHash = createHash('sha256').update(style).digest('base64');
  return {
    statusCode: status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy':
        `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; ` +
        `base-uri 'none'`,
      'X-Content-Type-Options': 'nosniff',
      // The page's address holds a secret. Without any referrer, browsers send forms with the origin `null`.
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${style}</style></head><body>${body}</body></html>
`,
  };
}
