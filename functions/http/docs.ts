import { readConfiguration } from '../common/configuration.ts';
import { once } from '../common/once.ts';
import { OPERATIONS } from './contract/operations.ts';
import { createEndpoint } from './endpoint.ts';
import { documentationPage } from './openapi/page.ts';

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
