import {
  type CommitRequest,
  InventoryServiceClient,
  type ListItemsRequest,
  type ListItemsResponse,
  type ReleaseRequest,
  type Reservation,
  type ReserveRequest,
} from '../../proto/gen/inventory/v1/inventory.ts';
import {
  InvalidTaskInputError,
  ItemNotFoundError,
  OutOfStockError,
  ReservationCommittedError,
  ReservationExpiredError,
  ReservationMismatchError,
  ReservationNotFoundError,
  ReservationReleasedError,
  ServiceContractError,
} from '../common/errors.ts';
import { CHANNEL_OPTIONS } from './grpc-channel.ts';
import { type CallContext, createUnaryCaller, type GrpcClientOptions } from './grpc-client.ts';
import type { Refusals } from './grpc-errors.ts';

/** The calls of the Inventory service that the functions make. Each throws an error of {@link REFUSALS} or RetryableError. */
export interface InventoryClient {
  readonly listItems: (request: ListItemsRequest, context: CallContext) => Promise<ListItemsResponse>;
  readonly reserve: (request: ReserveRequest, context: CallContext) => Promise<Reservation>;
  readonly release: (request: ReleaseRequest, context: CallContext) => Promise<Reservation>;
  readonly commit: (request: CommitRequest, context: CallContext) => Promise<Reservation>;
  readonly close: () => void;
}

/** The service's refusals by their reason, see proto/. */
const REFUSALS: Refusals = {
  OUT_OF_STOCK: OutOfStockError,
  ITEM_NOT_FOUND: ItemNotFoundError,
  RESERVATION_RELEASED: ReservationReleasedError,
  RESERVATION_EXPIRED: ReservationExpiredError,
  RESERVATION_COMMITTED: ReservationCommittedError,
  RESERVATION_NOT_FOUND: ReservationNotFoundError,
  RESERVATION_MISMATCH: ReservationMismatchError,
  INVALID_ARGUMENT: InvalidTaskInputError,
};

/** Makes a client of the Inventory service, with one channel. */
export function createInventoryClient(options: GrpcClientOptions): InventoryClient {
  const client = new InventoryServiceClient(options.target, options.credentials, CHANNEL_OPTIONS);
  const call = createUnaryCaller({
    ...options,
    service: 'the inventory',
    code: 'INVENTORY_UNAVAILABLE',
    refusals: REFUSALS,
  });
  return {
    listItems: (request, context) => call(client.listItems.bind(client), request, context),
    reserve: async (request, context) =>
      present((await call(client.reserve.bind(client), request, context)).reservation),
    release: async (request, context) =>
      present((await call(client.release.bind(client), request, context)).reservation),
    commit: async (request, context) => present((await call(client.commit.bind(client), request, context)).reservation),
    close: () => client.close(),
  };
}

function present(reservation: Reservation | undefined): Reservation {
  if (reservation === undefined) {
    throw new ServiceContractError('the inventory answered without a reservation');
  }
  return reservation;
}
