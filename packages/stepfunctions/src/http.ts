/** What an HTTP server on a developer's machine needs: it refuses foreign web pages, and passes requests on correctly. */
export { isFromForeignPage } from './endpoint/foreign-page.ts';
export { forwardedHeaders, HOP_BY_HOP_HEADERS } from './endpoint/forwarded-headers.ts';
