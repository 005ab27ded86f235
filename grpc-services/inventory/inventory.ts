import type { Clock } from '../common/clock.ts';
import type { ItemStore } from './item-store.ts';
import type { ReservationStore } from './reservation-store.ts';
import type { RestockStore } from './restock-store.ts';

/** What the operations of the service work on. */
export interface Inventory {
  readonly items: ItemStore;
  readonly reservations: ReservationStore;
  readonly restocks: RestockStore;
  readonly clock: Clock;
  /** How long a hold lasts when the caller does not say. */
  readonly defaultHoldSeconds: number;
}
