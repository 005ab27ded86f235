import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { anyEventOf } from '../../tests/support/any-event.ts';
import { DEPLOYED_HANDLERS, withDeployedParts } from '../../tests/support/deployed-handlers.ts';
import { httpEvent } from '../../tests/support/http-event.ts';
import { OPERATIONS } from './contract/operations.ts';

// No request may cause a fault of our own.
const STACK_TRACE = /\\n +at |node_modules|\.ts:\d+/;
const LONG = 120_000;

withDeployedParts();

test('every operation of the API is tested with arbitrary requests', () => {
  expect(Object.keys(DEPLOYED_HANDLERS).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

/** Addresses, classes and products of the inside. What a caller sent may be repeated, and never looks like one. */
const INSIDE =
  /\d+\.\d+\.\d+\.\d+|localhost|remote_addr|grpc|[a-z](Error|Exception)\b|DEADLINE|arn:|Step Functions|dynamo/i;

test.each(OPERATIONS)(
  '$id asks for a caller whom the authorizer has named, unless it is open or signed',
  async ({ id, open = false, signed = false }) => {
    for (const authorizer of [undefined, null, {}, { role: 'operator' }, { owner: '', role: 'operator' }]) {
      const event = {
        ...httpEvent(),
        requestContext: { requestId: 'r', authorizer },
      } as unknown as APIGatewayProxyEvent;
      const answered = await DEPLOYED_HANDLERS[id]?.(event);
      expect([id, answered?.statusCode === 401 && JSON.parse(answered.body).meta.code]).toEqual([
        id,
        open || signed ? false : 'UNAUTHENTICATED',
      ]);
    }
  },
);

describe.each(OPERATIONS.map(({ id }) => id))('%s', (id) => {
  test(
    'accepts or refuses any request, without an internal error and without a stack trace',
    async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(anyEventOf(id), async (event) => {
          const answered = await DEPLOYED_HANDLERS[id]?.(event);
          if (answered === undefined) {
            throw new Error(`${id} has no handler`);
          }
          seen.add(answered.statusCode);
          expect([200, 201, 202, 400, 401, 402, 403, 404, 409, 413, 415]).toContain(answered.statusCode);
          expect(answered.body).not.toMatch(STACK_TRACE);
          // A person's page has no envelope.
          if (answered.statusCode < 400 || String(answered.headers?.['Content-Type']).startsWith('text/html')) {
            return;
          }
          const refusal = JSON.parse(answered.body);
          expect(refusal).toMatchObject({
            success: false,
            meta: { code: expect.any(String) },
            data: expect.any(String),
          });
          expect(refusal.data).not.toMatch(INSIDE);
        }),
        { numRuns: 300 },
      );
      // Otherwise no request got past validation.
      const reached = [200, 201, 202, 404, 409].filter((code) => seen.has(code));
      expect([id, reached]).not.toEqual([id, []]);
    },
    LONG,
  );
});
