import { expect, test } from '@jest/globals';
import { readConfiguration } from './configuration.ts';

test('the configuration has the variables that were asked for, with their defaults', () => {
  const configuration = readConfiguration(['ORDERS_TABLE', 'PAYMENT_WINDOW_SECONDS', 'GRPC_CA_FILE'], {
    ORDERS_TABLE: 'orders-dev',
    INVENTORY_GRPC_URL: 'not asked for',
  });
  expect(configuration).toEqual({ ORDERS_TABLE: 'orders-dev', PAYMENT_WINDOW_SECONDS: 900 });
});

test('numeric variables are parsed as numbers', () => {
  expect(readConfiguration(['PLACE_MAX_IN_FLIGHT'], { PLACE_MAX_IN_FLIGHT: '7' })).toEqual({ PLACE_MAX_IN_FLIGHT: 7 });
});

test.each([
  [{}, 'Environment variable ORDERS_TABLE is not set; it must be the name of the orders table'],
  [{ ORDERS_TABLE: '' }, 'Environment variable ORDERS_TABLE is not set; it must be the name of the orders table'],
  [
    { ORDERS_TABLE: 'orders', PAYMENT_WINDOW_SECONDS: 'soon' },
    'Environment variable PAYMENT_WINDOW_SECONDS must be a number',
  ],
  [
    { ORDERS_TABLE: 'orders', PAYMENT_WINDOW_SECONDS: '0' },
    'Environment variable PAYMENT_WINDOW_SECONDS must be 1 or more',
  ],
])('a missing or wrong variable is named: %j', (environment, message) => {
  expect(() => readConfiguration(['ORDERS_TABLE', 'PAYMENT_WINDOW_SECONDS'], environment)).toThrow(message);
});
