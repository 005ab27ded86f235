import type { StateRole } from 'resilient-stepfunctions/console-drawing';

// Where each state of the sagas is drawn. Forward steps are on one line, in reading order. Each undo stands below what it
// undoes, the end states are at the end, and what parks a saga stands aside. A test compares this with the definitions.

/** The place of a state. */
export interface StatePlace {
  /** Position along the line, in steps. */
  readonly column: number;
  readonly lane: Lane;
  readonly role: StateRole;
  /** Small: a choice or a record of what a step did. */
  readonly isSmall?: true;
  /** Its name on the drawing, in one or two lines. */
  readonly label: readonly string[];
}

/** Other ways above the line, the line, the undoing below it, and the closing. */
export type Lane = 0 | 1 | 2 | 3;

/** The places of a saga's states, by their names. */
export type SagaPlaces = Readonly<Record<string, StatePlace>>;

/** The places of the order saga's states. */
export const ORDER_PLACES: SagaPlaces = {
  IsResumed: { column: 0, lane: 1, role: 'forward', isSmall: true, label: ['further', 'run?'] },
  ReserveInventory: { column: 1, lane: 1, role: 'forward', label: ['Reserve', 'inventory'] },
  RecordReservation: { column: 2, lane: 1, role: 'forward', isSmall: true, label: ['record'] },
  IsPaymentMethodGiven: { column: 3, lane: 1, role: 'forward', isSmall: true, label: ['how', 'paid?'] },
  AwaitPayment: { column: 4, lane: 0, role: 'forward', label: ['Await', 'payment'] },
  AuthorizePayment: { column: 4, lane: 1, role: 'forward', label: ['Authorize', 'payment'] },
  IsCustomerAsked: { column: 5, lane: 1, role: 'forward', isSmall: true, label: ['asks', 'them?'] },
  RecordAuthorization: { column: 6, lane: 1, role: 'forward', isSmall: true, label: ['record'] },
  IsHoldLongEnough: { column: 7, lane: 1, role: 'forward', isSmall: true, label: ['hold', 'long?'] },
  ExtendReservation: { column: 8, lane: 0, role: 'forward', label: ['Extend', 'reservation'] },
  CapturePayment: { column: 8, lane: 1, role: 'forward', label: ['Capture', 'payment'] },
  RecordPayment: { column: 9, lane: 1, role: 'forward', isSmall: true, label: ['record'] },
  RecordFreeOrder: { column: 9, lane: 0, role: 'forward', isSmall: true, label: ['free'] },
  CommitInventory: { column: 10, lane: 1, role: 'forward', label: ['Commit', 'inventory'] },
  ConfirmOrder: { column: 11, lane: 1, role: 'forward', label: ['Confirm', 'order'] },
  OrderConfirmed: { column: 12, lane: 1, role: 'end', isSmall: true, label: ['confirmed'] },
  ReleaseInventory: { column: 1, lane: 2, role: 'undo', label: ['Release', 'inventory'] },
  VoidPayment: { column: 4, lane: 2, role: 'undo', label: ['Void', 'payment'] },
  IsOrderCancelled: { column: 3, lane: 3, role: 'undo', isSmall: true, label: ['cancelled?'] },
  CloseOrder: { column: 4, lane: 3, role: 'undo', label: ['Close', 'order'] },
  CloseCancelledOrder: { column: 8, lane: 3, role: 'undo', label: ['Close as', 'cancelled'] },
  OrderClosed: { column: 12, lane: 3, role: 'end', isSmall: true, label: ['closed'] },
  ResumeAtStep: { column: 7, lane: 2, role: 'parking', isSmall: true, label: ['where?'] },
  ResumeOrder: { column: 8, lane: 2, role: 'parking', label: ['Resume', 'order'] },
  AwaitRedrive: { column: 10, lane: 2, role: 'parking', label: ['Await', 'redrive'] },
  RefuseInput: { column: 0, lane: 3, role: 'end', isSmall: true, label: ['refused'] },
  ParkOrder: { column: 11, lane: 2, role: 'parking', label: ['Park', 'order'] },
};

/** The places of the refund saga's states. It undoes nothing, and has one way. */
export const REFUND_PLACES: SagaPlaces = {
  IsStockComingBack: { column: 0, lane: 1, role: 'forward', isSmall: true, label: ['stock', 'back?'] },
  ReturnInventory: { column: 1, lane: 1, role: 'forward', label: ['Return', 'inventory'] },
  IsMoneyGivenBack: { column: 2, lane: 1, role: 'forward', isSmall: true, label: ['money', 'back?'] },
  RefundPayment: { column: 3, lane: 1, role: 'forward', label: ['Refund', 'payment'] },
  RecordRefund: { column: 4, lane: 1, role: 'forward', label: ['Record', 'refund'] },
  RefundEnded: { column: 5, lane: 1, role: 'end', isSmall: true, label: ['ended'] },
  AwaitRedrive: { column: 1, lane: 2, role: 'parking', label: ['Await', 'redrive'] },
  IsParked: { column: 2, lane: 2, role: 'parking', isSmall: true, label: ['park', 'it?'] },
  ParkRefund: { column: 3, lane: 2, role: 'parking', label: ['Park', 'refund'] },
  RefuseInput: { column: 0, lane: 3, role: 'end', isSmall: true, label: ['refused'] },
  RecordDecline: { column: 4, lane: 3, role: 'undo', label: ['Record', 'decline'] },
};

/** The step whose effect another one takes back. */
export const UNDOES: Readonly<Record<string, string>> = {
  ReleaseInventory: 'ReserveInventory',
  VoidPayment: 'AuthorizePayment',
};

/** The place of a state; one that the drawing does not know yet stands at the end of the last lane. */
export function placeOf(places: SagaPlaces, name: string, type: string, unknownBefore = 0): StatePlace {
  const known = places[name];
  if (known !== undefined) {
    return known;
  }
  const isSmall = type === 'Choice' || type === 'Succeed' || type === 'Fail';
  return {
    column: 9.5 + unknownBefore,
    lane: 3,
    role: type === 'Succeed' || type === 'Fail' ? 'end' : 'forward',
    ...(isSmall && { isSmall: true as const }),
    label: name.split(/(?<=[a-z])(?=[A-Z])/).slice(0, 2),
  };
}
