import { createServer } from 'node:http';
import {
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createDocumentClient } from './dynamodb-client.ts';
import { storeError } from './dynamodb-errors.ts';
import { Contention } from './service-error.ts';

const unavailable = { reason: 'STORE_UNAVAILABLE' };

describe('a failed call to DynamoDB', () => {
  test.each([
    Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('no name server'), { code: 'EAI_AGAIN' }),
    Object.assign(new Error('slow'), { name: 'TimeoutError' }),
    new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: {} }),
    new ResourceNotFoundException({ message: 'no table yet', $metadata: {} }),
    new DynamoDBServiceException({
      name: 'Strange',
      $fault: 'server',
      message: 'broken',
      $metadata: { httpStatusCode: 507 },
    }),
  ])('is STORE_UNAVAILABLE when a retry can help: $name', (error) => {
    expect(storeError(error)).toMatchObject({ ...unavailable, cause: error });
  });

  test('is STORE_UNAVAILABLE when it was aborted, as its outcome is unknown', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    if (address === null || typeof address === 'string') {
      throw new Error('the server has no port');
    }
    const endpoint = `http://127.0.0.1:${address.port}`;
    const documents = createDocumentClient({ endpoint, region: 'us-east-1' }, {});
    const abortSignal = AbortSignal.timeout(50);
    const command = new GetCommand({ TableName: 'payments', Key: { order_id: 'order' } });
    const error = await documents.send(command, { abortSignal }).catch((failure: unknown) => failure);
    expect(storeError(error)).toMatchObject({ ...unavailable, cause: error });
    documents.destroy();
    silent.closeAllConnections();
    silent.close();
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
    ['an error of the contract', new Contention()],
    ['not even an error', 'not even an error'],
  ])('stays itself when a retry cannot help: %s', (_what, error) => {
    expect(storeError(error)).toBe(error);
  });
});
