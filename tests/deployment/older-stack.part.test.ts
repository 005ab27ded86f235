import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { defaultDeployment } from './default-deployment.ts';
import type { Template } from './packaged-template.ts';
import { disruptions } from './stack-updates.ts';

// A stack that commit 64580a8 deployed, under the change set that leads to this tree. Indexes of tables are in table-updates.ts.

/** Every resource of that template, with the properties that make it what it is. */
const OLD = (
  JSON.parse(readFileSync(new URL('./older-templates/identities-of-64580a8.json', import.meta.url), 'utf8')) as Pick<
    Template,
    'Resources'
  >
).Resources;

test('an update of the stack of commit 64580a8 keeps each of its resources, and takes no name of theirs', () => {
  expect(Object.keys(OLD).length).toBeGreaterThan(100);
  expect(disruptions(OLD, defaultDeployment().template.Resources)).toEqual([]);
});

test.each([
  ['a state machine with another name', 'OrderSaga', 'StateMachineName', 'sagas'],
  ['a function with another name', 'PlaceOrderLambdaFunction', 'FunctionName', 'place'],
  ['a log with another name', 'PlaceOrderLogGroup', 'LogGroupName', '/place'],
])('%s would be replaced, which the rules notice', (_, id, property, value) => {
  const { Resources } = defaultDeployment().template;
  const found = Resources[id];
  const changed = found && { ...found, Properties: { ...found.Properties, [property]: value } };
  expect(disruptions(OLD, { ...Resources, ...(changed && { [id]: changed }) })).toEqual([
    `${id}: is replaced, because ${property} changes`,
  ]);
});

test.each(['OrdersTable', 'OrderSaga', 'ApiGatewayResourceOrdersPlace'])(
  '%s under another id would be removed and in its own way, which the rules notice',
  (id) => {
    const { [id]: moved, ...others } = defaultDeployment().template.Resources;
    expect(disruptions(OLD, { ...others, ...(moved && { Moved: moved }) })).toEqual([
      `${id}: is removed`,
      `Moved: cannot be made, because ${id} has its name`,
    ]);
  },
);
