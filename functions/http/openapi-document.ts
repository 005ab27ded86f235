import { readConfiguration } from '../common/configuration.ts';
import { once } from '../common/once.ts';
import { createEndpoint } from './endpoint.ts';
import { openApiDocument } from './openapi/document.ts';

const text = once(() => JSON.stringify(openApiDocument(readConfiguration(['AUTH_MODE']).AUTH_MODE)));

/** `GET /openapi.json`. */
export const handler = createEndpoint(async () => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: text(),
}));
