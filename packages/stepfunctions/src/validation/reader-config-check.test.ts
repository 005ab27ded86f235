import { describe, expect, test } from '@jest/globals';
import { inner, map, one } from '../testing/definitions.ts';
import { validateDefinition } from './validate-definition.ts';

function found(state: object, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): readonly string[] {
  const diagnostics = validateDefinition(JSON.stringify(one(state)), type, { forwarded: new Set(['s3']) });
  return diagnostics.map(({ message, location }) => `${message} at ${location}`);
}

function processor(ProcessorConfig: object): object {
  return { ...map, ItemProcessor: { ...inner, ProcessorConfig } };
}

const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };

describe('the configuration of a reader of items', () => {
  test.each([
    [{ InputType: 'JSON', MaxItems: 100_000_000 }, []],
    [{ InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['a'] }, []],
    [
      { InputType: 'XML' },
      ['Value should be one of the following: [CSV, JSON, JSONL, PARQUET, MANIFEST] at @/InputType'],
    ],
    [{ MaxItems: -1 }, ['Minimum value is 0 at @/MaxItems']],
    [{ MaxItems: 100_000_001 }, ['Maximum value is 100000000 at @/MaxItems']],
    [
      { MaxItems: 1, MaxItemsPath: '$.n' },
      ['There should only be one of the following fields: [MaxItems, MaxItemsPath] at @'],
    ],
    [{ MaxItemsPath: '$$.Execution.Input.n' }, ['Value is not a Reference Path at @/MaxItemsPath']],
    [{ InputType: 'CSV' }, ["The field 'CSVHeaderLocation' is required at @"]],
    [{ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }, ['These fields are required: [CSVHeaders] at @']],
    [{ InputType: 'JSON', CSVHeaderLocation: 'FIRST_ROW' }, ["Field 'CSVHeaderLocation' is not supported at @"]],
  ])('%j is refused with %j', (ReaderConfig, expected) => {
    const Resource = 'arn:aws:states:::s3:getObject';
    const ItemReader = { Resource, Parameters: { Bucket: 'b', Key: 'k' }, ReaderConfig };
    const place = '/States/S/ItemReader/ReaderConfig';
    expect(found({ ...processor(DISTRIBUTED), ItemReader })).toEqual(expected.map((text) => text.replace('@', place)));
  });

  test('a reader that AWS does not have is refused as such, not as one that the engine does not reach', () => {
    const ItemReader = { Resource: 'arn:aws:states:::s3:headObject' };
    expect(found({ ...processor(DISTRIBUTED), ItemReader })).toEqual([
      "The field 'Resource' does not match any of the allowed values at /States/S/ItemReader/Resource",
    ]);
  });
});

describe('the mode of a Map', () => {
  test.each([
    [{ Mode: 'DISTRIBUTED' }, 'These fields are required: [ExecutionType] at @'],
    [{ Mode: 'INLINE', ExecutionType: 'STANDARD' }, "Field 'ExecutionType' is not supported at @"],
    [
      { ...DISTRIBUTED, ExecutionType: 'FAST' },
      'Value should be one of the following: [STANDARD, EXPRESS] at @/ExecutionType',
    ],
  ])('%j is refused', (config, expected) => {
    expect(found(processor(config))).toEqual([expected.replace('@', '/States/S/ItemProcessor/ProcessorConfig')]);
  });

  test('an Express machine has no distributed Map', () => {
    expect(found(processor(DISTRIBUTED), 'EXPRESS')).toEqual([
      "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines " +
        'at /States/S/ItemProcessor/ProcessorConfig/Mode',
    ]);
  });
});
