import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { errorInfoIn } from '../../proto/error-info.ts';
import { FailedPrecondition, toStatus } from './service-error.ts';

describe('the status of a failed call', () => {
  test('carries reason, domain and metadata of a refusal', () => {
    const refusal = new FailedPrecondition({
      reason: 'OUT_OF_STOCK',
      message: 'Nothing left.',
      metadata: { item_id: 'pen' },
    });
    const { code, details, metadata } = toStatus(refusal, 'inventory.v1');
    expect({ code, details }).toEqual({ code: status.FAILED_PRECONDITION, details: 'Nothing left.' });
    expect(errorInfoIn(metadata)).toEqual({
      reason: 'OUT_OF_STOCK',
      domain: 'inventory.v1',
      metadata: { item_id: 'pen' },
    });
  });

  test.each([new Error('password is hunter2'), 'password is hunter2', { code: 5, details: 'hunter2' }])(
    'is INTERNAL for a defect and reveals nothing of it',
    (defect) => {
      const answer = toStatus(defect, 'payment.v1');
      expect(answer.code).toBe(status.INTERNAL);
      expect(JSON.stringify([answer.details, errorInfoIn(answer.metadata)])).not.toContain('hunter2');
    },
  );

  test('has no ErrorInfo when its trailers are missing or cannot be decoded', () => {
    expect(errorInfoIn(undefined)).toBeUndefined();
    expect(errorInfoIn(new Metadata())).toBeUndefined();
    const garbled = new Metadata();
    garbled.set('grpc-status-details-bin', Buffer.from([0xff, 0xff]));
    expect(errorInfoIn(garbled)).toBeUndefined();
  });
});
