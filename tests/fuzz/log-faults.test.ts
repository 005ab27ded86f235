import { expect, test } from '@jest/globals';
import { faultsInLog } from './log-faults.ts';

test.each([
  ['an error of the functions', '{"level":"ERROR","message":"failed","error":{"name":"TypeError"}}'],
  ['an error of a service', '{"level":"error","time":1,"msg":"call failed"}'],
  ['an error of the engine, by number', '{"level":50,"time":1,"msg":"executions could not be recovered"}'],
  ['a fatal error of the engine, by number', '{"level":60,"time":1,"msg":"the journal is full"}'],
  ['an error thrown by a function', '× TypeError: undefined is not a function'],
  [
    'a contract error of a task',
    "× Unhandled Lambda Error during invoke of 'orders-dev-pay': ServiceContractError: no price",
  ],
  ['a printed error', 'TypeError: undefined is not a function'],
  ['an unhandled rejection', 'Unhandled rejection: Error: no'],
  ['an out-of-memory crash', 'FATAL ERROR: Reached heap limit Allocation failed'],
])('the log scan reports %s', (_what, line) => {
  expect(faultsInLog(`before\n${line}\nafter`)).toEqual([line]);
});

test.each([
  ['a refusal', '{"level":"INFO","message":"refused","why":"TypeError: none"}'],
  [
    'a retried answer',
    '{"level":"WARN","message":"could not be answered","error":{"stack":"Error: x\\n    at y:1:2"}}',
  ],
  ['a warning, by number', '{"level":40,"msg":"a proxied service cannot be reached"}'],
  ['an entry without a level', '{"msg":"error"}'],
  ['output of the stack', 'Starting DynamoDB, Step Functions, Inventory, Payment and the HTTP API ...'],
  ['a refusal that ends an order', "× Unhandled Lambda Error during invoke of 'orders-dev-x': OutOfStockError: 0 left"],
  ['a refusal with its stack trace', '× OutOfStockError: 0 left\n    at reserve (/work/functions/saga/x.ts:1:2)'],
  ['an unauthorized caller', '× Error: Unauthorized'],
  ['an empty line', ''],
])('the log scan ignores %s', (_what, line) => {
  expect(faultsInLog(line)).toEqual([]);
});
