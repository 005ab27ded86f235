import { describe, expect, test } from '@jest/globals';
import {
  choice,
  end,
  errors,
  inner,
  jsonata,
  map,
  notRecognized,
  one,
  onlyFor,
  pass,
  schema,
  task,
} from '../testing/definitions.ts';
import { validateDefinition } from './validate-definition.ts';

const NO_OBJECT = 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at undefined';

describe('a definition is refused', () => {
  test.each<[string, unknown, string[]]>([
    ['no text', '', [NO_OBJECT]],
    ['a blank', ' ', [NO_OBJECT]],
    ['text in quotes', '"text"', [NO_OBJECT]],
    ['a number', '5', [NO_OBJECT]],
    ['null', 'null', [NO_OBJECT]],
    ['nothing', {}, [schema('These fields are required: [States, StartAt]', '/')]],
    [
      'no JSON',
      '{',
      [
        'INVALID_JSON_DESCRIPTION: Unexpected end-of-input: expected close marker for Object\n at [Source: (String)"{"; line: 1, column: 2] at [Source: (String)"{"; line: 1, column: 2]',
      ],
    ],
    [
      'a query language that is none, which counts as JSONata',
      { ...one({ ...pass, Output: { a: 1 } }), QueryLanguage: 'jsonpath' },
      [schema('Value should be one of the following: [JSONPath, JSONata]', '/QueryLanguage')],
    ],
    ['no object', '[]', [NO_OBJECT]],
    ['no start', { States: { S: pass } }, [schema('These fields are required: [StartAt]', '/')]],
    [
      'no states',
      { StartAt: 'S', States: {} },
      [schema('Expected value of type Object with at least one state', '/States')],
    ],
    ['a field of no machine', { ...one(pass), Extra: 1 }, [schema("Field 'Extra' is not supported", '/')]],
    ['no type', one(end), [schema('These fields are required: [Type]', '/States/S')]],
    [
      'no such type',
      one({ Type: 'Pas' }),
      [
        schema(
          "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]",
          '/States/S/Type',
        ),
      ],
    ],
    ['a field of another type', one({ ...pass, Catch: [] }), [schema("Field 'Catch' is not supported", '/States/S')]],
    [
      'neither next nor end',
      one({ Type: 'Pass' }),
      [schema('This object should have only one of the following fields: [Next, End]', '/States/S')],
    ],
    [
      'both next and end',
      one({ ...pass, Next: 'S' }),
      [schema('There should only be one of the following fields: [Next, End]', '/States/S')],
    ],
    [
      'JSONata in JSONPath',
      one({ ...pass, Output: 1 }),
      [schema(onlyFor('Output', 'JSONata', 'JSONPath'), '/States/S')],
    ],
    [
      'JSONPath in JSONata',
      jsonata({ ...pass, InputPath: '$' }),
      [schema(onlyFor('InputPath', 'JSONPath', 'JSONata'), '/States/S')],
    ],
    [
      'back to JSONPath',
      jsonata({ ...pass, QueryLanguage: 'JSONPath' }),
      [schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", '/States/S')],
    ],
    [
      'a processor of its own language',
      one({ ...map, ItemProcessor: { ...inner, QueryLanguage: 'JSONata' } }),
      [schema("Field 'QueryLanguage' is not supported", '/States/S/ItemProcessor')],
    ],
    [
      'a processor that inherits the language of the map',
      one({ ...map, QueryLanguage: 'JSONata', ItemProcessor: { StartAt: 'I', States: { I: { ...pass, Output: 1 } } } }),
      [schema(onlyFor('Output', 'JSONata', 'JSONPath'), '/States/S/ItemProcessor/States/I')],
    ],
    [
      'a path that is none',
      one({ ...pass, InputPath: 'a' }),
      [schema('Value must be a valid JSONPath.', '/States/S/InputPath')],
    ],
    [
      'a path to many places',
      one({ ...pass, ResultPath: '$.a[*]' }),
      [schema('Value is not a Reference Path', '/States/S/ResultPath')],
    ],
    [
      'a template that is none',
      one({ ...pass, Parameters: { a: { 'b.$': "States.format('{}', $.x)" } } }),
      [
        schema(
          "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call",
          '/States/S/Parameters/a',
        ),
      ],
    ],
    [
      'a template with a number',
      one({ ...pass, Parameters: { 'b.$': 5 } }),
      [
        schema(
          "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call",
          '/States/S/Parameters',
        ),
      ],
    ],
    [
      'too many arguments',
      one({ ...pass, Parameters: { 'b.$': 'States.UUID(States.UUID())' } }),
      [
        schema(
          "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call",
          '/States/S/Parameters',
        ),
      ],
    ],
    [
      'an expression that does not parse',
      jsonata({ ...pass, Output: { v: ['{% 1 + %}'] } }),
      ['INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/S/Output/v[0]'],
    ],
    [
      'names without a context',
      jsonata({ ...pass, Output: '{% $states.input.a[b=1] & phone & $map($v, function($x) { $x.c & mail }) %}' }),
      [
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/S/Output",
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'mail' at the top level is not supported. at /States/S/Output",
      ],
    ],
    [
      'an error output outside a catcher',
      jsonata({ ...pass, Output: '{% $states.errorOutput %}' }),
      [
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$states.errorOutput' is only supported in the fields of a Catcher. at /States/S/Output",
      ],
    ],
    [
      'a number below its bounds',
      one({ ...task, TimeoutSeconds: 0 }),
      [schema('Minimum value is 1', '/States/S/TimeoutSeconds')],
    ],
    [
      'a number above its bounds',
      one({ ...map, ToleratedFailurePercentage: 100.5 }),
      [schema('Maximum value is 100.0', '/States/S/ToleratedFailurePercentage')],
    ],
    [
      'a fraction',
      one({ Type: 'Wait', Seconds: 1.5, ...end }),
      [schema('Expected value of type Integer', '/States/S/Seconds')],
    ],
    [
      'a number and its path',
      one({ ...map, MaxConcurrency: 1, MaxConcurrencyPath: '$.m' }),
      [schema('There should only be one of the following fields: [MaxConcurrency, MaxConcurrencyPath]', '/States/S')],
    ],
    [
      'a path into the context',
      one({ ...map, MaxConcurrencyPath: '$$.Execution.Input.n' }),
      [schema('Value is not a Reference Path', '/States/S/MaxConcurrencyPath')],
    ],
    [
      'a wait for nothing',
      one({ Type: 'Wait', ...end }),
      [
        schema(
          'This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]',
          '/States/S',
        ),
      ],
    ],
    [
      'a retrier of nothing',
      one({ ...task, Retry: [{ ErrorEquals: [], MaxAttempts: -1 }] }),
      [
        schema('Value cannot be empty', '/States/S/Retry[0]/ErrorEquals'),
        schema('Minimum value is 0', '/States/S/Retry[0]/MaxAttempts'),
      ],
    ],
    [
      'a catch-all that is not last',
      one({ ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }),
      [schema('States.ALL must appear alone and at end of list', '/States/S/Retry[0]/ErrorEquals')],
    ],
    [
      'a catch-all that is not alone',
      one({ ...task, Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] }),
      [schema('States.ALL must appear alone and at end of list', '/States/S/Retry[0]/ErrorEquals')],
    ],
    [
      'a catcher that leads nowhere',
      one({ ...task, Catch: [{ ErrorEquals: ['A'] }] }),
      [schema('These fields are required: [Next]', '/States/S/Catch[0]')],
    ],
    [
      'a rule without a comparison',
      choice({ Variable: '$.a', Next: 'E' }),
      [schema('There should be exactly one comparison operator', '/States/S/Choices[0]')],
    ],
    [
      'a rule of two comparisons',
      choice({ Variable: '$.a', IsNull: true, IsString: true, Next: 'E' }),
      [schema('There should be exactly one comparison operator', '/States/S/Choices[0]')],
    ],
    [
      'a nested rule with a transition',
      choice({ Not: { Variable: '$.a', IsNull: true, Next: 'E' }, Next: 'E' }),
      [schema("Field 'Next' is not supported", '/States/S/Choices[0]/Not')],
    ],
    [
      'an operand of the wrong type',
      choice({ Variable: '$.a', NumericEquals: '1', Next: 'E' }),
      [schema('Expected value of type Number', '/States/S/Choices[0]/NumericEquals')],
    ],
    [
      'a condition in JSONPath',
      choice({ Condition: true, Next: 'E' }),
      [schema(onlyFor('Condition', 'JSONata', 'JSONPath'), '/States/S/Choices[0]')],
    ],
    [
      'a timestamp that is none',
      one({ Type: 'Wait', Timestamp: '2026-01-01T00:00Z', ...end }),
      [schema('String does not match RFC3339 timestamp', '/States/S/Timestamp')],
    ],
    [
      'variables of impossible names',
      one({ ...pass, Assign: { states: 1, '1x.$': '$.a', 'a b': 2 } }),
      [
        "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/S/Assign",
        "INVALID_VARIABLE_NAME: Invalid variable name '1x': the variable name contains invalid characters. at /States/S/Assign",
        "INVALID_VARIABLE_NAME: Invalid variable name 'a b': the variable name contains invalid characters. at /States/S/Assign",
      ],
    ],
    [
      'a role that is missing',
      one({ ...task, Credentials: {} }),
      [schema("The field 'RoleArn' is required but was missing", '/States/S/Credentials')],
    ],
    [
      'a resource that is none',
      one({ ...task, Resource: 'charge' }),
      [schema('Value is not a valid resource ARN', '/States/S/Resource')],
    ],
    [
      'an action that is none',
      one({ ...task, Resource: 'arn:aws:states:::dynamodb:query' }),
      [schema(notRecognized('arn:aws:states:::dynamodb:query'), '/States/S/Resource')],
    ],
    [
      'a pattern that is none',
      one({ ...task, Resource: 'arn:aws:states:::dynamodb:getItem.sync' }),
      [schema(notRecognized('arn:aws:states:::dynamodb:getItem.sync'), '/States/S/Resource')],
    ],
    [
      'a label that is none',
      one({ ...map, Label: 'a b' }),
      [schema("Label contains invalid character: ' '", '/States/S/Label')],
    ],
    [
      'a name that is too long',
      { StartAt: 'S'.repeat(81), States: { ['S'.repeat(81)]: pass } },
      [`INVALID_STATE_NAME: State names must have at most 80 characters at /States/${'S'.repeat(81)}`],
    ],
  ])('%s', (_name, machine, expected) => {
    expect(errors(machine)).toStrictEqual(expected);
  });

  test('a service that this engine does not run is refused by name', () => {
    const [sqs] = errors(one({ ...task, Resource: 'arn:aws:states:::sqs:sendMessage' }));
    expect(sqs).toMatch(
      /^UNSUPPORTED_SERVICE_INTEGRATION: The resource provided arn:aws:states:::sqs:sendMessage is a service integration that this engine does not run\. It runs Lambda functions/,
    );
    expect(sqs).toContain('Start it with --endpoint sqs=URL to call the service there, or give a mock file');
    const [s3] = errors(one({ ...task, Resource: 'arn:aws:states:::aws-sdk:s3:getObject' }));
    expect(s3).toContain('--endpoint s3=URL');
    const [job] = errors(one({ ...task, Resource: 'arn:aws:states:::ecs:runTask.sync' }));
    expect(job).toMatch(/aws-sdk:sfn:\*\. A mock file \(--mock-config\) can answer for others\. at /);
    expect(errors(one({ ...map, ItemReader: { Resource: 'arn:aws:states:::s3:getObject' } }))[0]).toContain(
      'S3, which this engine does not reach. Start it with --endpoint s3=URL',
    );
  });

  test('an inline Map can neither read items from S3 nor write results there', () => {
    const storage = {
      ItemReader: { Resource: 'arn:aws:states:::s3:getObject' },
      ResultWriter: { Resource: 'arn:aws:states:::s3:putObject' },
    };
    const found = (machine: object) =>
      validateDefinition(JSON.stringify(machine), 'STANDARD', { forwarded: new Set(['s3']) }).map(
        ({ message }) => message,
      );
    expect(found(one({ ...map, ...storage }))).toEqual([
      "Field 'ItemReader' needs the Mode DISTRIBUTED in ItemProcessor/ProcessorConfig",
      "Field 'ResultWriter' needs the Mode DISTRIBUTED in ItemProcessor/ProcessorConfig",
    ]);
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    expect(found(one({ ...map, ...storage, ItemProcessor: { ...map.ItemProcessor, ProcessorConfig } }))).toEqual([]);
  });

  test.each([
    ['sns:publish', []],
    ['sns:publish.waitForTaskToken', []],
    ['aws-sdk:sns:createTopic', []],
    ['aws-sdk:secretsmanager:getSecretValue', []],
    ['events:putEvents', []],
    ['sns:publish.sync', ['SCHEMA_VALIDATION_FAILED']],
    ['sns:createTopic', ['UNSUPPORTED_SERVICE_INTEGRATION']],
    ['aws-sdk:sqs:sendMessage', ['UNSUPPORTED_SERVICE_INTEGRATION']],
  ])('with endpoints for SNS, Secrets Manager and EventBridge, %s is refused with %j', (action, codes) => {
    const machine = one({ ...task, Resource: `arn:aws:states:::${action}` });
    const forwarded = new Set(['sns', 'secretsmanager', 'eventbridge']);
    const found = validateDefinition(JSON.stringify(machine), 'STANDARD', { forwarded });
    expect(found.map(({ code }) => code)).toEqual(codes);
  });

  test('JSON that is nested too deep is refused before it is walked through', () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(errors(deep)).toStrictEqual([
      expect.stringMatching(
        /^INVALID_JSON_DESCRIPTION: Document nesting depth \(1001\) exceeds the maximum allowed \(1000\)\n at \[Source: .*; line: 1, column: 5002\]/,
      ),
    ]);
  });
});
