import { expect, test } from '@jest/globals';
import { memberName } from './member-name.ts';
import { operationOf, type Shape } from './service-model.ts';

test.each([
  ['stateMachineArn', 'StateMachineArn', 'StateMachineArn'],
  ['TableName', 'TableName', 'TableName'],
  ['SS', 'SS', 'Ss'],
  ['BOOL', 'BOOL', 'Bool'],
  ['NULL', 'NULL', 'Nul'],
  ['KMSMasterKeyId', 'KMSMasterKeyId', 'KmsMasterKeyId'],
  ['MD5OfMessageBody', 'MD5OfMessageBody', 'Md5OfMessageBody'],
  ['SSEKMSKeyId', 'SSEKMSKeyId', 'SsekmsKeyId'],
  ['ETag', 'ETag', 'ETag'],
  ['ChecksumSHA256', 'ChecksumSHA256', 'ChecksumSHA256'],
  ['DBInstanceIdentifier', 'DBInstanceIdentifier', 'DbInstanceIdentifier'],
  ['EnableIAMDatabaseAuthentication', 'EnableIAMDatabaseAuthentication', 'EnableIAMDatabaseAuthentication'],
])('the member %s is %s in an optimized integration and %s in an SDK integration', (api, optimized, sdk) => {
  expect([memberName(api, false), memberName(api, true)]).toStrictEqual([optimized, sdk]);
});

function membersOf(shape: Shape | undefined): readonly string[] {
  return shape?.kind === 'STRUCTURE' ? [...shape.members.keys()] : [];
}

test('an operation’s members have Step Functions’ names', () => {
  const stop = operationOf('sfn', 'stopExecution', true);
  expect(membersOf(stop?.input)).toStrictEqual(['ExecutionArn', 'Error', 'Cause']);
  expect(membersOf(stop?.output)).toStrictEqual(['StopDate']);
});

test('a shape that holds itself can be read to any depth', () => {
  const input = operationOf('dynamodb', 'putItem', true)?.input;
  const item = input?.kind === 'STRUCTURE' ? input.members.get('Item')?.shape() : undefined;
  let value = item?.kind === 'MAP' ? item.value() : undefined;
  for (let depth = 0; depth < 10; depth += 1) {
    expect(membersOf(value)).toContain('Bool');
    const map: Shape | undefined = value?.kind === 'STRUCTURE' ? value.members.get('M')?.shape() : undefined;
    value = map?.kind === 'MAP' ? map.value() : undefined;
  }
});

test.each([
  ['unknown', 'getItem'],
  ['dynamodb', 'nothing'],
  ['constructor', 'getItem'],
  ['dynamodb', 'constructor'],
])('the engine knows no model of %s:%s', (service, action) => {
  expect(operationOf(service, action, true)).toBeUndefined();
});
