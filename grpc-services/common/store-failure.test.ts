import {
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { Contention } from './service-error.ts';
import { storeFailure } from './store-failure.ts';

const unavailable = { reason: 'STORE_UNAVAILABLE' };

describe('a failed call to DynamoDB', () => {
  test.each([
    Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('slow'), { name: 'TimeoutError' }),
    new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: {} }),
    new ResourceNotFoundException({ message: 'no table yet', $metadata: {} }),
    new DynamoDBServiceException({ name: 'Strange', $fault: 'server', message: 'broken', $metadata: {} }),
  ])('may be tried again: $name', (error) => {
    expect(storeFailure(error)).toMatchObject({ ...unavailable, cause: error });
  });

  test.each([
    [
      'a request that is wrong',
      new DynamoDBServiceException({ name: 'ValidationException', $fault: 'client', message: 'bad', $metadata: {} }),
    ],
    [
      'a lack of permission',
      new DynamoDBServiceException({ name: 'AccessDeniedException', $fault: 'client', message: 'no', $metadata: {} }),
    ],
    ['a defect', new TypeError('a defect')],
    ['an answer that is known already', new Contention()],
    ['not even an error', 'not even an error'],
  ])('stays what it is where asking again cannot help: %s', (_what, error) => {
    expect(storeFailure(error)).toBe(error);
  });
});
