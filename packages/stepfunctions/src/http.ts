/** What an HTTP server on a developer's machine needs: refusing web pages, passing requests on, describing functions. */
export { isFromForeignPage } from './endpoint/foreign-page.ts';
export { forwardedHeaders, HOP_BY_HOP_HEADERS } from './endpoint/forwarded-headers.ts';
export { answerDescription, type KnownFunctions, readLambdaCall } from './endpoint/lambda-functions.ts';
