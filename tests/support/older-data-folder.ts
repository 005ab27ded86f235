import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/**
 * A data folder as the stack of commit 64580a8 left it when all of it was killed (`kill -9`): its tables and its engine's journal,
 * with an order of every status that it could be brought to.
 */
export const OLDER_ORDERS = {
  CONFIRMED: 'f99c7eee-50df-42f4-b4b8-c1e0252f813c',
  REJECTED: 'eaa7a3f3-8763-4e27-b195-3073af3d2ef7',
  EXPIRED: '63151179-1a45-485b-a5ed-6471b8edc434',
  CANCELLED: 'd380cb0c-76ee-43f6-8714-beeb8a6ebcc9',
  /** Can be paid for a day after {@link LEFT_AT}; so can the next one. */
  AWAITING_PAYMENT: '3be25a75-8e5e-4aa1-9736-35c6ae697fe5',
  ALSO_AWAITING_PAYMENT: 'cd255ff0-5ef7-49c8-bd8f-5bba952f85e1',
  /** Paid, parked at CommitInventory: Inventory hung. */
  NEEDS_ATTENTION: '2d98f6d1-9190-4e27-91c8-52e9a10f2e2a',
  /** Its ReserveInventory was being retried: Inventory hung. */
  PENDING: 'b03de20f-71cc-4b22-bcda-c83fc10ac099',
  /** Its AuthorizePayment was being retried: Payment hung. */
  RESERVED: '4f2a0127-8e45-4afe-8e8c-e9fee6422e8c',
} as const;

/** When the stack was killed. */
export const LEFT_AT = new Date('2026-11-29T09:26:52.774Z');

const FILES = ['dynamodb.sqlite', 'stepfunctions/stepfunctions.sqlite', 'embedded-stack.txt'];

/** Writes the folder's files. */
export async function unpackOlderDataFolder(into: string): Promise<void> {
  await mkdir(join(into, 'stepfunctions'), { recursive: true });
  for (const file of FILES) {
    const packed = await readFile(new URL(`./older-data-folder/${file.replace('/', '-')}.gz`, import.meta.url));
    await writeFile(join(into, file), await promisify(gunzip)(packed));
  }
}
