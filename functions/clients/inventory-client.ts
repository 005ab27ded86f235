import {
  type CommitRequest,
  type CorrectRequest,
  type CorrectResponse,
  InventoryServiceClient,
  type Item,
  type ListHoldsRequest,
  type ListHoldsResponse,
  type ListItemsRequest,
  type ListItemsResponse,
  type ReleaseRequest,
  type Reservation,
  type ReserveRequest,
  type RestockRequest,
  type ReturnRequest,
} from '../../proto/gen/inventory/v1/inventory.ts';
import {
  CorrectionMismatchError,
  InvalidTaskInputError,
  ItemNotFoundError,
  OutOfStockError,
  ReservationCommittedError,
  ReservationExpiredError,
  ReservationMismatchError,
  ReservationNotCommittedError,
  ReservationNotFoundError,
  ReservationReleasedError,
  RestockMismatchError,
  ReturnExceedsSoldError,
  ReturnMismatchError,
  ServiceContractError,
  TooManyReturnsError,
} from '../common/errors.ts';
import { channelOptions } from './grpc-channel.ts';
import { type CallContext, createUnaryCaller, type GrpcClientOptions } from './grpc-client.ts';
import type { Refusals } from './grpc-errors.ts';

/** The calls of the Inventory service that the functions make. Each throws an error of {@link REFUSALS} or RetryableError. */
export interface InventoryClient {
  readonly listItems: (request: ListItemsRequest, context: CallContext) => Promise<ListItemsResponse>;
  readonly reserve: (request: ReserveRequest, context: CallContext) => Promise<Reservation>;
  readonly release: (request: ReleaseRequest, context: CallContext) => Promise<Reservation>;
  readonly commit: (request: CommitRequest, context: CallContext) => Promise<Reservation>;
  /** Makes sold stock of an order available again; without lines all that the order still has. */
  readonly return: (request: ReturnRequest, context: CallContext) => Promise<Reservation>;
  /** Adds stock, and the item itself if it is new. Returns the item as it is now. */
  readonly restock: (request: RestockRequest, context: CallContext) => Promise<Item>;
  /** Sets what is available of an item. */
  readonly correct: (request: CorrectRequest, context: CallContext) => Promise<CorrectResponse>;
  readonly listHolds: (request: ListHoldsRequest, context: CallContext) => Promise<ListHoldsResponse>;
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
  RESERVATION_NOT_COMMITTED: ReservationNotCommittedError,
  RETURN_EXCEEDS_SOLD: ReturnExceedsSoldError,
  RETURN_MISMATCH: ReturnMismatchError,
  TOO_MANY_RETURNS: TooManyReturnsError,
  RESTOCK_MISMATCH: RestockMismatchError,
  CORRECTION_MISMATCH: CorrectionMismatchError,
  INVALID_ARGUMENT: InvalidTaskInputError,
};

/** Makes a client of the Inventory service, with one channel. */
export function createInventoryClient(options: GrpcClientOptions): InventoryClient {
  const client = new InventoryServiceClient(options.target, options.credentials, channelOptions(options.target));
  const call = createUnaryCaller({
    ...options,
    grpcService: 'inventory.v1.InventoryService',
    service: 'the inventory',
    code: 'INVENTORY_UNAVAILABLE',
    refusals: REFUSALS,
  });
  return {
    listItems: (request, context) => call('ListItems', client.listItems.bind(client), request, context),
    reserve: async (request, context) =>
      present((await call('Reserve', client.reserve.bind(client), request, context)).reservation),
    release: async (request, context) =>
      present((await call('Release', client.release.bind(client), request, context)).reservation),
    commit: async (request, context) =>
      present((await call('Commit', client.commit.bind(client), request, context)).reservation),
    return: async (request, context) =>
      present((await call('Return', client.return.bind(client), request, context)).reservation),
    restock: async (request, context) => {
      const { item } = await call('Restock', client.restock.bind(client), request, context);
      if (item === undefined) {
        throw new ServiceContractError('the inventory answered without an item');
      }
      return item;
    },
    correct: (request, context) => call('Correct', client.correct.bind(client), request, context),
    listHolds: (request, context) => call('ListHolds', client.listHolds.bind(client), request, context),
    close: () => client.close(),
  };
}

function present(reservation: Reservation | undefined): Reservation {
  if (reservation === undefined) {
    throw new ServiceContractError('the inventory answered without a reservation');
  }
  return reservation;
}
