import * as z from 'zod';
import type { Operation } from './operation.ts';

/** `GET /health`. */
export const healthOperation: Operation = {
  id: 'health',
  method: 'get',
  paths: ['/health'],
  open: true,
  summary: 'Whether the API is up',
  description: 'Answers as long as the API itself runs; it asks no other service.',
  success: { status: 200, data: z.object({ state: z.literal('UP') }), example: { state: 'UP' } },
  errors: [],
};

/** `GET /openapi.json`. */
export const openapiDocumentOperation: Operation = {
  id: 'openapiDocument',
  method: 'get',
  paths: ['/openapi.json'],
  open: true,
  summary: 'This document',
  description: 'The OpenAPI 3.1 document of the API.',
  success: { status: 200, mediaType: 'application/json' },
  errors: [],
};

/** `GET /docs`. */
export const docsOperation: Operation = {
  id: 'docs',
  method: 'get',
  paths: ['/docs'],
  open: true,
  summary: 'This document, to read',
  description: 'The documentation of the API as a page.',
  success: { status: 200, mediaType: 'text/html' },
  errors: [],
};
