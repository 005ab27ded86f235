import * as sfn from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import { operationOf, type Shape } from '../../service-models/service-model.ts';
import { operationOfSchema } from './sdk-shape.ts';

/** A shape to a depth, as text. The SDK's schemas tell no integer from a fraction, and no enum from text. */
function described(shape: Shape | undefined, depth = 4): unknown {
  if (shape === undefined || depth === 0) {
    return null;
  }
  switch (shape.kind) {
    case 'SIMPLE':
      return /integer|long|float|double/.test(shape.type) ? 'number' : shape.type;
    case 'ENUM':
      return 'string';
    case 'LIST':
      return [described(shape.element(), depth - 1)];
    case 'MAP':
      return { any: described(shape.value(), depth - 1) };
    case 'STRUCTURE':
      return Object.fromEntries(
        [...shape.members].map(([name, { apiName, shape: member }]) => [
          name,
          [apiName, described(member(), depth - 1)],
        ]),
      );
    case 'ANY':
      return 'any';
  }
}

test.each<[string, unknown]>([
  ['startExecution', new sfn.StartExecutionCommand({ stateMachineArn: '' }).schema],
  ['describeMapRun', new sfn.DescribeMapRunCommand({ mapRunArn: '' }).schema],
  ['getExecutionHistory', new sfn.GetExecutionHistoryCommand({ executionArn: '' }).schema],
])('the SDK describes %s as AWS’s own description of the API does', (action, schema) => {
  const [found, known] = [operationOfSchema(schema, true), operationOf('sfn', action, true)];
  expect(described(found?.input)).toEqual(described(known?.input));
  expect(described(found?.output)).toEqual(described(known?.output));
});

test('the command of an SDK that carries no schema describes nothing', () => {
  expect(operationOfSchema(undefined, true)).toBeUndefined();
});
