import * as z from 'zod';
import type { Template } from './packaged-template.ts';

const keys = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const tableSchema = z.object({
  TableName: z.string(),
  KeySchema: keys,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z
    .array(z.looseObject({ IndexName: z.string(), KeySchema: keys, Projection: z.unknown() }))
    .default([]),
  LocalSecondaryIndexes: z.unknown().optional(),
});
type Table = z.output<typeof tableSchema>;

/**
 * What CloudFormation would not do to the tables of a stack without a loss or an error, in words. It replaces a table, and so loses
 * its items, where the name, the keys or the types of keys change; it refuses more than one index to make or delete a table.
 */
export function refusedTableUpdates(before: Template['Resources'], after: Template['Resources']): readonly string[] {
  return Object.entries(before)
    .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
    .flatMap(([id, resource]) => {
      const next = after[id];
      return next?.Type === 'AWS::DynamoDB::Table'
        ? refusals(tableSchema.parse(resource.Properties), tableSchema.parse(next.Properties)).map(
            (refusal) => `${id}: ${refusal}`,
          )
        : [`${id}: is removed`];
    });
}

function refusals(before: Table, after: Table): readonly string[] {
  const replaced = (['TableName', 'KeySchema', 'LocalSecondaryIndexes'] as const).filter(
    (property) => JSON.stringify(before[property]) !== JSON.stringify(after[property]),
  );
  const retyped = before.AttributeDefinitions.filter(({ AttributeName, AttributeType }) =>
    after.AttributeDefinitions.some(
      (other) => other.AttributeName === AttributeName && other.AttributeType !== AttributeType,
    ),
  );
  const names = ({ GlobalSecondaryIndexes }: Table) => GlobalSecondaryIndexes.map(({ IndexName }) => IndexName);
  const added = names(after).filter((name) => !names(before).includes(name));
  const removed = names(before).filter((name) => !names(after).includes(name));
  const changed = before.GlobalSecondaryIndexes.filter((index) => {
    const same = after.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === index.IndexName);
    return same !== undefined && JSON.stringify(same) !== JSON.stringify(index);
  });
  return [
    ...replaced.map((property) => `is replaced, because ${property} changes`),
    ...retyped.map(({ AttributeName }) => `is replaced, because ${AttributeName} gets another type`),
    ...(added.length + removed.length > 1 ? [`${added.concat(removed).join(', ')} are too many indexes at once`] : []),
    ...changed.map(({ IndexName }) => `${IndexName} changes`),
  ];
}
