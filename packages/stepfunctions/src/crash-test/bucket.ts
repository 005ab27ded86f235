import { type HttpServer, startHttpServer } from '../testing/http-server.ts';

/** The object that the machine reads, with numbers that JavaScript would change. */
const ITEMS = '[{"n":1,"exact":9223372036854775807},{"n":2,"exact":1.0},{"n":3,"exact":9007199254740993}]';

/** Starts an S3 that has this one object in every bucket, for a distributed Map that reads it. */
export function startBucket(): Promise<HttpServer> {
  return startHttpServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url?.split('?')[0]?.endsWith('/items.json') === true;
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(isKnown ? ITEMS : '');
  });
}
