import { expect, test } from '@jest/globals';
import { faultsInLog } from './log-faults.ts';

test.each([
  ['an error of the functions', '{"level":"ERROR","message":"failed","error":{"name":"TypeError"}}'],
  ['an error of a service', '{"level":"error","time":1,"msg":"call failed"}'],
  ['an error of the engine, by number', '{"level":50,"time":1,"msg":"executions could not be taken up again"}'],
  ['the end of the engine, by number', '{"level":60,"time":1,"msg":"the journal is full"}'],
  ['an error that a function threw', '× TypeError: undefined is not a function'],
  ['a task’s own fault', "× Unhandled Lambda Error during invoke of 'orders-dev-pay': ServiceContractError: no price"],
  ['an error that was printed', 'TypeError: undefined is not a function'],
  ['a rejection that nobody handled', 'Unhandled rejection: Error: no'],
  ['memory that ran out', 'FATAL ERROR: Reached heap limit Allocation failed'],
])('%s is a fault', (_what, line) => {
  expect(faultsInLog(`before\n${line}\nafter`)).toEqual([line]);
});

test.each([
  ['a refusal', '{"level":"INFO","message":"refused","why":"TypeError: none"}'],
  [
    'an answer that will come later',
    '{"level":"WARN","message":"could not be answered","error":{"stack":"Error: x\\n    at y:1:2"}}',
  ],
  ['a warning, by number', '{"level":40,"msg":"a proxied service cannot be reached"}'],
  ['an entry without a level', '{"msg":"error"}'],
  ['what the stack says', 'Starting DynamoDB, Step Functions, Inventory, Payment and the HTTP API ...'],
  ['a refusal that ends an order', "× Unhandled Lambda Error during invoke of 'orders-dev-x': OutOfStockError: 0 left"],
  ['the same, printed with its stack', '× OutOfStockError: 0 left\n    at reserve (/work/functions/saga/x.ts:1:2)'],
  ['a caller who is refused', '× Error: Unauthorized'],
  ['nothing', ''],
])('%s is none', (_what, line) => {
  expect(faultsInLog(line)).toEqual([]);
});
