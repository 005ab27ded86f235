import type { APIGatewayProxyResult } from 'aws-lambda';

/** A file that pages load. */
export interface StaticFile {
  readonly text: string;
  readonly mediaType: string;
}

/** A response with a file. Its own name changes with its content where it has a digest in it, so that browsers may keep it. */
export function respondWithFile({ text, mediaType }: StaticFile, hasDigest: boolean): APIGatewayProxyResult {
  return {
    statusCode: 200,
    headers: {
      'Content-Type': mediaType,
      'Cache-Control': hasDigest ? 'public, max-age=31536000, immutable' : 'no-cache',
      'X-Content-Type-Options': 'nosniff',
    },
    body: text,
  };
}

/** A response with a page that loads files, under its own Content-Security-Policy. */
export function respondWithScriptedPage(body: string, contentSecurityPolicy: string): APIGatewayProxyResult {
  return {
    statusCode: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': contentSecurityPolicy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  };
}
