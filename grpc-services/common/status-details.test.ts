import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { FailedPrecondition } from './service-error.ts';
import { errorFactsIn, toStatus } from './status-details.ts';

describe('what the caller gets for an error', () => {
  test('a refusal carries reason, domain and metadata', () => {
    const refusal = new FailedPrecondition({
      reason: 'OUT_OF_STOCK',
      message: 'Nothing left.',
      metadata: { item_id: 'pen' },
    });
    const { code, details, metadata } = toStatus(refusal, 'inventory.v1');
    expect({ code, details }).toEqual({ code: status.FAILED_PRECONDITION, details: 'Nothing left.' });
    expect(errorFactsIn(metadata)).toEqual({
      reason: 'OUT_OF_STOCK',
      domain: 'inventory.v1',
      metadata: { item_id: 'pen' },
    });
  });

  test.each([new Error('password is hunter2'), 'password is hunter2', { code: 5, details: 'hunter2' }])(
    'a defect is INTERNAL without a word of it',
    (defect) => {
      const answer = toStatus(defect, 'payment.v1');
      expect(answer.code).toBe(status.INTERNAL);
      expect(JSON.stringify([answer.details, errorFactsIn(answer.metadata)])).not.toContain('hunter2');
    },
  );

  test('trailers without details have none', () => {
    expect(errorFactsIn(new Metadata())).toBeUndefined();
  });
});
