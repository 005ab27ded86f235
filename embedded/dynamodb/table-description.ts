import * as z from 'zod';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })).min(1);

const projectionSchema = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
});

const indexSchema = z.object({ IndexName: z.string(), KeySchema: keySchema, Projection: projectionSchema });

const tableSchema = z.object({
  TableName: z.string(),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })).min(1),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
});

/**
 * The part of an `AWS::DynamoDB::Table` that an embedded table has: name, keys and indexes. Backups, encryption, tags
 * and capacity mean nothing here.
 */
export type TableDescription = Readonly<z.infer<typeof tableSchema>>;

/**
 * Reads the resolved `Properties` of an `AWS::DynamoDB::Table`.
 *
 * @throws Error naming the resource and the property that is missing or of the wrong shape
 */
export function readTableDescription(logicalId: string, properties: unknown): TableDescription {
  const parsed = tableSchema.safeParse(properties);
  if (!parsed.success) {
    throw new Error(`Resource ${logicalId} cannot be made a table: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
