import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../common/clock.ts';
import { type CorrectionStore, createCorrectionStore } from './correction-store.ts';
import { createItemConflicts, type ItemConflicts } from './item-conflicts.ts';
import { createItemRows, type ItemRows } from './item-rows.ts';
import { createItemStore, type ItemStore } from './item-store.ts';
import { createReservationStore, type ReservationStore } from './reservation-store.ts';
import { createRestockStore, type RestockStore } from './restock-store.ts';
import { createShardStore, type ShardStore } from './shard-store.ts';
import type { InventoryTables } from './tables.ts';

/** What the operations of the service work with. */
export interface Inventory {
  readonly items: ItemStore;
  readonly rows: ItemRows;
  readonly shards: ShardStore;
  readonly conflicts: ItemConflicts;
  readonly reservations: ReservationStore;
  readonly restocks: RestockStore;
  readonly corrections: CorrectionStore;
  readonly clock: Clock;
  /** Duration of a hold when the caller names none. */
  readonly defaultHoldSeconds: number;
}

/** How to open an `Inventory` in DynamoDB. */
export interface InventorySettings {
  readonly documents: DynamoDBDocumentClient;
  readonly tables: InventoryTables;
  readonly clock: Clock;
  readonly defaultHoldSeconds: number;
}

/** The inventory that is in these tables. */
export function openInventory({ documents, tables, clock, defaultHoldSeconds }: InventorySettings): Inventory {
  const conflicts = createItemConflicts();
  const rows = createItemRows(documents, tables.items);
  return {
    items: createItemStore(documents, tables, rows),
    rows,
    shards: createShardStore(documents, tables, clock),
    conflicts,
    reservations: createReservationStore(documents, tables, conflicts),
    restocks: createRestockStore(documents, tables),
    corrections: createCorrectionStore(documents, tables),
    clock,
    defaultHoldSeconds,
  };
}
