import { describe, expect, test } from '@jest/globals';
import { Arns, parseArn } from './arn.ts';

describe('an ARN', () => {
  const arns = new Arns('123456789012', 'eu-west-1');

  test('an ARN parses to the parts it was built from', () => {
    expect(parseArn(arns.stateMachine('orders'), 'stateMachine')).toEqual({ kind: 'stateMachine', name: 'orders' });
    expect(parseArn(`${arns.stateMachine('orders')}:3`, 'stateMachine')).toMatchObject({ qualifier: '3' });
    expect(parseArn(arns.execution('orders', 'one'), 'execution')).toMatchObject({
      stateMachine: 'orders',
      name: 'one',
    });
    expect(parseArn(arns.express('orders', 'one', 'id'), 'express')).toMatchObject({ name: 'one', id: 'id' });
    expect(parseArn(arns.activity('work'), 'activity')).toEqual({ kind: 'activity', name: 'work' });
    expect(parseArn('arn:aws:states:eu-west-1:123456789012:mapRun:orders/label:id', 'mapRun')).toMatchObject({
      stateMachine: 'orders',
      label: 'label',
      id: 'id',
    });
  });

  test.each([
    ['nonsense', "Invalid Arn: 'Invalid ARN prefix: nonsense'"],
    ['arn:aws:states', "Invalid Arn: 'Invalid ARN format: arn:aws:states'"],
    ['arn:aws:states:r:a:stateMachine:', "Invalid Arn: 'Invalid ARN format: arn:aws:states:r:a:stateMachine:'"],
    ['arn:aws:s3:r:a:stateMachine:x', "Invalid Arn: 'Service not valid in this context: s3'"],
    ['arn:aws:states:r:a:activity:x', "Invalid Arn: 'Resource type not valid in this context: activity'"],
  ])('an invalid ARN is refused with the reason: %s', (arn, message) => {
    expect(() => parseArn(arn, 'stateMachine')).toThrow(message);
  });
});
