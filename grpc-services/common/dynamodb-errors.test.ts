import { createServer } from 'node:http';
import {
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createDocumentClient } from './dynamodb-client.ts';
import { cancellationOf, storeError } from './dynamodb-errors.ts';
import { RowConflict } from './retry-on-conflict.ts';
import { Contention, Unavailable } from './service-error.ts';

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

describe('a cancelled transaction', () => {
  type Reason = NonNullable<TransactionCanceledException['CancellationReasons']>[number];

  function cancelled(...CancellationReasons: readonly Reason[]) {
    return new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: [...CancellationReasons],
    });
  }

  const none = { Code: 'None' };
  const conflict = { Code: 'TransactionConflict' };

  test.each<readonly [string, readonly Reason[]]>([
    ['one conflict', [none, conflict]],
    ['two conflicts', [conflict, none, conflict]],
    ['a reason without a code', [{}, conflict]],
    ['no reasons at all', []],
  ])('by conflicts alone is tried again: %s', (_what, reasons) => {
    const error = cancelled(...reasons);
    const cause = cancellationOf(error)?.otherCause();
    expect(cause).toBeInstanceOf(RowConflict);
    expect(cause).toMatchObject({ cause: error });
  });

  test.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'by %s is left to the caller, even beside a conflict',
    (Code) => {
      const error = cancelled(conflict, none, { Code });
      const cause = cancellationOf(error)?.otherCause();
      expect(cause).toBeInstanceOf(Unavailable);
      expect(cause).toMatchObject({ reason: 'STORE_UNAVAILABLE', cause: error });
    },
  );

  test.each(['ValidationError', 'ItemCollectionSizeLimitExceeded', 'TransactionConflictOfAnotherKind'])(
    'by %s is a defect, even beside a conflict',
    (Code) => {
      const error = cancelled(conflict, { Code });
      expect(cancellationOf(error)?.otherCause()).toBe(error);
    },
  );

  test('has the failed condition of each action in its place, with the row if it was sent', () => {
    const failed = { Code: 'ConditionalCheckFailed' };
    const withRow = { ...failed, Item: { version: { N: '3' } } };
    const error = cancelled(none, withRow, conflict, failed);
    expect(cancellationOf(error)?.failedConditions).toEqual([
      undefined,
      { row: { version: 3 } },
      undefined,
      { row: undefined },
    ]);
  });

  test('is told from every other error', () => {
    expect(cancellationOf(new Error('TransactionCanceledException'))).toBeUndefined();
    expect(cancellationOf(undefined)).toBeUndefined();
  });
});
