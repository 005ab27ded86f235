import { expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { validateDefinition } from './validate-definition.ts';

function findings(action: string, fields: JsonObject, QueryLanguage = 'JSONPath'): readonly string[] {
  const task = { Type: 'Task', Resource: `arn:aws:states:::${action}`, End: true, ...fields };
  const definition = JSON.stringify({ QueryLanguage, StartAt: 'T', States: { T: task } });
  return validateDefinition(definition, 'STANDARD').map(({ message, location }) => `${message} at ${location}`);
}

function unsupported(name: string): string {
  return `The field "${name}" is not supported by Step Functions at /States/T/Parameters`;
}
function wrongType(name: string, type: string): string {
  return `The value for the field '${name}' must be ${type} at /States/T/Parameters`;
}

const item = { TableName: 't', Item: { id: { S: '1' } } };
const invoke = { FunctionName: 'f' };

test.each<[string, JsonObject, string[]]>([
  ['dynamodb:putItem', item, []],
  ['dynamodb:putItem', { ...item, 'Item.$': '$.item' }, []],
  ['dynamodb:putItem', { ...item, Item: { 'id.$': '$.id', note: 'plain text' } }, []],
  ['dynamodb:putItem', { ...item, Static: true }, [unsupported('Static')]],
  ['dynamodb:putItem', { ...item, 'Static.$': '$.x' }, [unsupported('Static')]],
  ['dynamodb:putItem', { ...item, 'Item.$.$': '$.x' }, [unsupported('Item.$')]],
  ['dynamodb:putItem', { ...item, tableName: 't' }, [unsupported('tableName')]],
  ['dynamodb:putItem', { ...item, Item: { id: { s: '1' } } }, [unsupported('s')]],
  ['dynamodb:putItem', { ...item, Item: { id: { N: 1 } } }, [wrongType('N', 'a STRING')]],
  ['dynamodb:putItem', { ...item, Item: { id: { BOOL: 'true' } } }, []],
  ['dynamodb:putItem', { ...item, Item: { id: { BOOL: 'yes' } } }, [wrongType('BOOL', 'a BOOLEAN')]],
  ['dynamodb:putItem', { ...item, Item: { id: { SS: 'a' } } }, [wrongType('SS', 'an ARRAY')]],
  ['dynamodb:putItem', { ...item, Item: [] }, [wrongType('Item', 'an OBJECT')]],
  ['dynamodb:putItem', { ...item, Item: { id: 5 } }, [wrongType('id', 'an OBJECT')]],
  ['dynamodb:putItem', { ...item, ReturnValues: null }, []],
  ['aws-sdk:dynamodb:putItem', { ...item, Item: { tags: { Ss: ['a'] } } }, []],
  ['aws-sdk:dynamodb:putItem', { ...item, Item: { tags: { SS: ['a'] } } }, [unsupported('SS')]],
  ['aws-sdk:dynamodb:putItem', { ...item, Item: { id: 'x' } }, [wrongType('id', 'an OBJECT')]],
  ['aws-sdk:dynamodb:scan', { TableName: 't', Limit: '5' }, [wrongType('Limit', 'an INTEGER')]],
  ['aws-sdk:dynamodb:scan', { TableName: 't', Limit: 1.5 }, [wrongType('Limit', 'an INTEGER')]],
  ['aws-sdk:sfn:listStateMachines', { maxResults: 1 }, [unsupported('maxResults')]],
  ['aws-sdk:sfn:startExecution', { StateMachineArn: 'a', Input: { any: { thing: 1 } } }, []],
  ['states:startExecution', { StateMachineArn: 'a', Input: { 'a.$': '$.b' }, Nme: 'n' }, [unsupported('Nme')]],
  ['lambda:invoke', { ...invoke, Payload: { 'any.$': '$', more: { x: 1 } } }, []],
  ['lambda:invoke', { ...invoke, Payload: [1] }, []],
  ['lambda:invoke', { ...invoke, Payload: 1 }, [wrongType('Payload', 'a STRING')]],
  ['lambda:invoke', { ...invoke, Payload: null }, []],
  ['lambda:invoke.waitForTaskToken', { ...invoke, payload: {} }, [unsupported('payload')]],
])('the parameters of %s are checked when a machine is created: %j', (action, Parameters, expected) => {
  expect(findings(action, { Parameters })).toStrictEqual(expected);
});

test('arguments are checked as far as they are no expressions', () => {
  const where = '/States/T/Arguments';
  const Arguments = { TableName: '{% $t %}', Key: { id: '{% $key %}' }, ConsistentRead: '{% true %}', Extra: 1 };
  expect(findings('dynamodb:getItem', { Arguments }, 'JSONata')).toStrictEqual([
    `The field "Extra" is not supported by Step Functions at ${where}`,
  ]);
  expect(findings('dynamodb:getItem', { Arguments: '{% $all %}' }, 'JSONata')).toStrictEqual([]);
});
