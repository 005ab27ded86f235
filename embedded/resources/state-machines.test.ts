import { expect, test } from '@jest/globals';
import { readStateMachineDescription } from './state-machines.ts';

const properties = { StateMachineName: 'saga', RoleArn: 'arn:aws:iam::000000000000:role/saga' };

test('placeholders of a definition are replaced by their values, escaped as JSON', () => {
  const { definition } = readStateMachineDescription({
    logicalId: 'Saga',
    properties: {
      ...properties,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
      Definition: { StartAt: 'A', States: { A: { Type: 'Task', Resource: '${FunctionArn}', Comment: '{% $x %}' } } },
      DefinitionSubstitutions: { FunctionArn: 'say "hi"' },
    },
  });
  expect(JSON.parse(definition).States.A).toEqual({ Type: 'Task', Resource: 'say "hi"', Comment: '{% $x %}' });
});

test('a placeholder without a value is refused by its name', () => {
  const resource = {
    logicalId: 'Saga',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
    properties: { ...properties, DefinitionString: '{"StartAt":"${Missing}"}' },
  };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
  expect(() => readStateMachineDescription(resource)).toThrow('The definition of Saga has ${Missing}');
});

test('a state machine without a definition or a role is refused by its name', () => {
  expect(() => readStateMachineDescription({ logicalId: 'Saga', properties })).toThrow('Saga has neither');
  expect(() => readStateMachineDescription({ logicalId: 'Saga', properties: { StateMachineName: 'x' } })).toThrow(
    /Saga cannot be made a state machine[\s\S]*RoleArn/,
  );
});
