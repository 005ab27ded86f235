import { type InventoryServiceServer, InventoryServiceService } from '../../proto/gen/inventory/v1/inventory.ts';
import type { Logger } from '../common/logger.ts';
import type { ServiceDescription } from '../common/service.ts';
import { type CallEnvironment, unaryCall } from '../common/unary-call.ts';
import { seed } from './catalogue.ts';
import { commit } from './commit.ts';
import { correct } from './correct.ts';
import { expireHolds } from './expire-holds.ts';
import { createHotItems, type SpreadSettings } from './hot-items.ts';
import { type Inventory, type InventorySettings, openInventory } from './inventory.ts';
import { type Item, itemMessage } from './item.ts';
import { reservationNotFound } from './refusals.ts';
import { release } from './release.ts';
import {
  commitRequest,
  correctRequest,
  getReservationRequest,
  listHoldsRequest,
  listItemsRequest,
  pageTokenAfter,
  releaseRequest,
  reserveRequest,
  restockRequest,
  returnRequest,
} from './requests.ts';
import { reservationMessage } from './reservation.ts';
import { reserve } from './reserve.ts';
import { restock } from './restock.ts';
import { returnStock } from './return.ts';

/** What the inventory service needs. */
export interface InventoryOptions extends InventorySettings {
  readonly logger: Logger;
  /** Pause between two rounds of the sweeper, which releases the stock of expired holds. */
  readonly sweepIntervalMs: number;
  /** Items that are added at the start if they do not exist. */
  readonly catalogue: readonly Item[];
  /** Which items are spread over several rows, and when. */
  readonly hotItems: SpreadSettings;
}

/** Pause between two looks for items that have to be spread. */
const SPREAD_INTERVAL_MS = 1_000;

/** The inventory service, ready to be started. */
export function inventoryService(options: InventoryOptions): ServiceDescription {
  const { logger, catalogue, sweepIntervalMs } = options;
  const inventory = openInventory(options);
  const hotItems = createHotItems(inventory, options.hotItems);
  return {
    name: 'inventory.v1.InventoryService',
    domain: 'inventory.v1',
    definition: InventoryServiceService,
    implementation: (environment) => handlers(inventory, environment),
    prepare: async (signal) => {
      await inventory.items.page(1, undefined, signal);
      await inventory.reservations.find('readiness', signal);
      const added = await seed(inventory.items, catalogue, signal);
      if (added > 0) {
        logger.info({ items: added }, 'catalogue seeded');
      }
      await spreadHotItems(signal);
    },
    background: [
      {
        name: 'expire holds',
        intervalMs: sweepIntervalMs,
        round: async (signal) => {
          const expired = await expireHolds(inventory, signal, (order_id, err) =>
            logger.error({ order_id, err }, 'the hold could not be expired'),
          );
          if (expired > 0) {
            logger.info({ expired }, 'stock of expired holds released');
          }
        },
      },
      { name: 'spread hot items', intervalMs: SPREAD_INTERVAL_MS, round: spreadHotItems },
    ],
  };

  async function spreadHotItems(signal: AbortSignal): Promise<void> {
    const spread = await hotItems.round(signal, ({ itemId }, err) =>
      logger.warn({ item_id: itemId, err }, 'the item could not be spread; a later round tries again'),
    );
    for (const { itemId, shards } of spread) {
      logger.info({ item_id: itemId, shards }, 'stock of the item spread over more rows');
    }
  }
}

function handlers(inventory: Inventory, environment: CallEnvironment): InventoryServiceServer {
  return {
    listItems: unaryCall(environment, {
      rpc: 'ListItems',
      request: listItemsRequest,
      handle: async ({ pageSize, after }, { signal }) => {
        const { items, more } = await inventory.items.page(pageSize, after, signal);
        const last = items.at(-1);
        const nextPageToken = more && last !== undefined ? pageTokenAfter(last.item_id) : '';
        return { items: items.map(itemMessage), nextPageToken };
      },
    }),
    reserve: unaryCall(environment, {
      rpc: 'Reserve',
      request: reserveRequest,
      handle: async (order, { signal }) => ({
        reservation: reservationMessage(await reserve(inventory, order, signal)),
      }),
    }),
    release: unaryCall(environment, {
      rpc: 'Release',
      request: releaseRequest,
      handle: async (order, { signal }) => ({
        reservation: reservationMessage(await release(inventory, order, signal)),
      }),
    }),
    commit: unaryCall(environment, {
      rpc: 'Commit',
      request: commitRequest,
      handle: async ({ orderId }, { signal }) => ({
        reservation: reservationMessage(await commit(inventory, orderId, signal)),
      }),
    }),
    getReservation: unaryCall(environment, {
      rpc: 'GetReservation',
      request: getReservationRequest,
      handle: async ({ orderId }, { signal }) => {
        const reservation = await inventory.reservations.find(orderId, signal);
        if (reservation === undefined) {
          throw reservationNotFound();
        }
        return { reservation: reservationMessage(reservation) };
      },
    }),
    restock: unaryCall(environment, {
      rpc: 'Restock',
      request: restockRequest,
      handle: async ({ requestId, itemId, name, count, unitPrice }, { signal }) => {
        const price =
          unitPrice === undefined ? {} : { unit_price_minor: unitPrice.minorUnits, currency: unitPrice.currency };
        const item = await restock(inventory, requestId, { item_id: itemId, name, count, ...price }, signal);
        return { item: itemMessage(item) };
      },
    }),
    return: unaryCall(environment, {
      rpc: 'Return',
      request: returnRequest,
      handle: async (order, { signal }) => ({
        reservation: reservationMessage(await returnStock(inventory, order, signal)),
      }),
    }),
    correct: unaryCall(environment, {
      rpc: 'Correct',
      request: correctRequest,
      handle: async (request, { signal }) => {
        const { item, previousAvailable } = await correct(inventory, request, signal);
        return { item: itemMessage(item), previousAvailable };
      },
    }),
    listHolds: unaryCall(environment, {
      rpc: 'ListHolds',
      request: listHoldsRequest,
      handle: async ({ pageSize, pageToken }, { signal }) => {
        const query = { until: Number.MAX_SAFE_INTEGER, size: pageSize, after: pageToken };
        const { orderIds, nextPageToken } = await inventory.reservations.holds(query, signal);
        const found = await inventory.reservations.findAll(orderIds, signal);
        const held = found.filter(({ state }) => state === 'HELD');
        return { reservations: held.map(reservationMessage), nextPageToken };
      },
    }),
  };
}
