import { describe, test } from '@jest/globals';
import {
  changeCharge,
  changePayment,
  changeReservation,
  expectFinding,
  withoutOrder,
} from './testing/broken-snapshots.ts';

describe('nothing left behind a finished order', () => {
  test.each([
    ['held stock', changeReservation('declined', { state: 'HELD' }), 'it is REJECTED, but its stock is still held'],
    [
      'an authorized payment',
      changePayment('cancelled', { state: 'AUTHORIZED' }),
      'it is CANCELLED, but its payment is still AUTHORIZED',
    ],
    [
      'a payment of unknown outcome',
      changePayment('expired', { state: 'PENDING' }),
      'it is EXPIRED, but its payment is still PENDING',
    ],
    [
      'a payment that waits for its customer',
      changePayment('expired', { state: 'ACTION_REQUIRED' }),
      'it is EXPIRED, but its payment is still ACTION_REQUIRED',
    ],
    [
      'a charge that its customer may still approve',
      changeCharge('declined', { state: 'ACTION_REQUIRED' }),
      'its customer may still approve charge charge-declined',
    ],
    [
      'a charge that only the provider knows',
      changeCharge('declined', { state: 'AUTHORIZED' }),
      'still keeps charge charge-declined authorized',
    ],
    [
      'stock held for a missing order',
      withoutOrder('waiting'),
      'it is not in the orders table, but its stock is still held',
    ],
  ])('%s is found', (_what, snapshot, finding) => {
    expectFinding(snapshot, 'nothing left behind a finished order', finding);
  });
});
