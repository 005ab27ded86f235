import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads a whole table with strong consistency and parses each row that `keep` selects.
 *
 * @throws {Error} a row does not match the schema; the message names the table, the key and the fault
 */
export async function readRows<T>(
  client: DynamoDBDocumentClient,
  table: string,
  schema: z.ZodType<T>,
  keep: (row: Row) => boolean = () => true,
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
 * Parses one row.
 *
 * @throws {Error} the row does not match the schema; the message names the table, the key and the fault
 */
export function parseRow<T>(table: string, schema: z.ZodType<T>, row: Row): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) {
    return parsed.data;
  }
  const key = row.order_id ?? row.item_id;
  throw new Error(`Row ${String(key)} of table ${table} cannot be checked: ${z.prettifyError(parsed.error)}`);
}

/** Whether a row of the payments table belongs to the provider's ledger. */
export function isChargeRow(row: Row): boolean {
  return String(row.order_id).startsWith('charge#');
}

/** Whether a row of the reservations table records a restock or a correction. */
export function isStockChangeRow(row: Row): boolean {
  return /^(restock|correction)#/.test(String(row.order_id));
}

/** Whether a row describes an order or a payment, and is not bookkeeping under a key of its own such as `restock#<id>`. */
export function isPlainRow(row: Row): boolean {
  return !String(row.order_id).includes('#');
}
