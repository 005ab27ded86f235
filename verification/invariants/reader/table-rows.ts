import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

/**
 * Reads a whole table, strongly consistent, and hands each row that `keep` wants to `schema`.
 *
 * @throws {Error} a row does not have the shape the schema asks for; the message names the table, the key and the fault.
 */
export async function readRows<T>(
  client: DynamoDBDocumentClient,
  table: string,
  schema: z.ZodType<T>,
  keep: (row: Readonly<Record<string, unknown>>) => boolean = () => true,
): Promise<readonly T[]> {
  const rows: T[] = [];
  for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const row of page.Items ?? []) {
      if (keep(row)) {
        rows.push(parseRow(table, schema, row));
      }
    }
  }
  return rows;
}

/**
 * Turns a row into what the schema makes of it.
 *
 * @throws {Error} the row has another shape; the message names the table, the key and the fault.
 */
export function parseRow<T>(table: string, schema: z.ZodType<T>, row: Readonly<Record<string, unknown>>): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) {
    return parsed.data;
  }
  const key = row.order_id ?? row.item_id;
  throw new Error(`Row ${String(key)} of table ${table} cannot be checked: ${z.prettifyError(parsed.error)}`);
}
