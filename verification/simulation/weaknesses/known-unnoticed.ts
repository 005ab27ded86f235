const MISSING_RECORD = 'a record that is missing fails the rest of the condition as well';
const FURTHER_RUN = 'guards against another run of the order; no known schedule brings two runs that far at once';
const FREE = 'an order that costs nothing gets there in one step; a test of the definition holds the write';
const GONE = 'needs a second payment while the first is undone; tests of POST /payment/pay hold the write';
const ABANDONED =
  'needs an operator who gives the order up in the moment in which another redrives it; statemachines/late-parking.test.ts holds the writes';
const DUE =
  'the time of the step before is left, so the reconciliation only looks earlier; tests of the definition hold it';
const RECOVERY = 'the reconciliation counts runs at one status, so an entry that is left at another counts for nothing';
const FOR_CUSTOMERS =
  'a simulated customer knows the page without it; tests/orders/customer-action.part.test.ts and those of POST /payment/pay hold the write';
const FOR_OPERATORS = 'operators read it, and no invariant does; tests of parking and resuming hold it';

const CONFIRMED_STAYS = 'a confirmed order never changes its status';
const ONE_MOMENT =
  'in the simulation a task or an operator reads and writes the ledger at one moment; tests of POST /orders/refund hold the version';
const NEXT_WRITE = 'the sums stay as they are, or the next write of the ledger sets them';

/**
 * Members of the writes whose removal violates no invariant, with the reason. A test holds the list. A member that is
 * noticed leaves it. A new one that is not noticed needs an invariant, a known schedule, or a reason here.
 */
export const KNOWN_UNNOTICED: Readonly<Record<string, string>> = {
  'RecordReservation without attribute_not_exists(cancel_requested_at)':
    'RecordAuthorization refuses the order, too; until then the saga only works in vain',
  'RecordReservation without SET saga_due = :due_key': DUE,
  'RecordReservation without SET saga_due_at = :due': DUE,
  'RecordAuthorization without SET saga_due = :due_key': DUE,
  'RecordAuthorization without SET saga_due_at = :due': DUE,
  'RecordPayment without attribute_not_exists(abandon_requested_at)': ABANDONED,
  'RecordFreeOrder without :PAID of #status IN (:RESERVED, :PAID, :NEEDS_ATTENTION)': FREE,
  'RecordFreeOrder without attribute_not_exists(cancel_requested_at)': FREE,
  'RecordFreeOrder without attribute_not_exists(abandon_requested_at)': FREE,
  'RecordFreeOrder without SET saga_due = :due_key': FREE,
  'RecordFreeOrder without SET saga_due_at = :due': FREE,
  'RecordFreeOrder without REMOVE reason': FREE,
  'ConfirmOrder without #status IN (:PAID, :CONFIRMED, :NEEDS_ATTENTION)':
    'behind RecordPayment an order has no other status; the condition guards against a fault of the saga',
  'ConfirmOrder without attribute_not_exists(abandon_requested_at)': ABANDONED,
  'ConfirmOrder without NOT #status = :CONFIRMED':
    'needs a refund at the Payment service itself before the order is confirmed; statemachines/late-confirmation.test.ts holds it',
  'ConfirmOrder without REMOVE parked_error': FOR_OPERATORS,
  'ConfirmOrder without REMOVE parked_outcome': FOR_OPERATORS,
  'ConfirmOrder without REMOVE saga_due_at': DUE,
  'ConfirmOrder without REMOVE saga_recovery': RECOVERY,
  'CloseOrder without attribute_exists(order_id)':
    'guards against an order that is removed while its saga runs, which the functions do not do',
  'CloseOrder without (NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :CANCELLED, :EXPIRED) OR (#status = :to AND reason_code = :code))':
    FURTHER_RUN,
  'CloseOrder without :PAID of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :CANCELLED, :EXPIRED)': FURTHER_RUN,
  'CloseOrder without :CONFIRMED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :CANCELLED, :EXPIRED)': FURTHER_RUN,
  'CloseOrder without :REJECTED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :CANCELLED, :EXPIRED)': FURTHER_RUN,
  'CloseOrder without :CANCELLED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :CANCELLED, :EXPIRED)': FURTHER_RUN,
  'CloseOrder without :EXPIRED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :CANCELLED, :EXPIRED)': FURTHER_RUN,
  'CloseOrder without (#status = :to AND reason_code = :code)': FURTHER_RUN,
  'CloseOrder without #status = :to': FURTHER_RUN,
  'CloseOrder without reason_code = :code': FURTHER_RUN,
  'CloseOrder without REMOVE parked_error': FOR_OPERATORS,
  'CloseOrder without REMOVE parked_outcome': FOR_OPERATORS,
  'CloseOrder without REMOVE saga_recovery': RECOVERY,
  'CloseCancelledOrder without attribute_exists(cancel_requested_at)':
    'only an accepted cancellation leads there; the condition guards against a CloseOrder that is refused for another cause',
  'CloseCancelledOrder without NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :EXPIRED)': FURTHER_RUN,
  'CloseCancelledOrder without :PAID of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :EXPIRED)': FURTHER_RUN,
  'CloseCancelledOrder without :CONFIRMED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :EXPIRED)': FURTHER_RUN,
  'CloseCancelledOrder without :REJECTED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :EXPIRED)': FURTHER_RUN,
  'CloseCancelledOrder without :EXPIRED of NOT #status IN (:PAID, :CONFIRMED, :REJECTED, :EXPIRED)': FURTHER_RUN,
  'CloseCancelledOrder without REMOVE parked_error': FOR_OPERATORS,
  'CloseCancelledOrder without REMOVE parked_outcome': FOR_OPERATORS,
  'CloseCancelledOrder without REMOVE saga_recovery': RECOVERY,
  'ParkOrder without attribute_exists(order_id)':
    'guards against an order that is removed while its saga runs, which the functions do not do',
  'ParkOrder without attribute_not_exists(parked_at_redrive_count)':
    'a comparison with a missing attribute is false, so its NOT holds without this part, too',
  'ParkOrder without NOT :redrive_count < parked_at_redrive_count':
    'the order is parked all the same, with the count of the earlier parking; statemachines/late-parking.test.ts holds the count',
  'ParkOrder without SET parked_error = :error': FOR_OPERATORS,
  'ParkOrder without SET reason = :reason': FOR_OPERATORS,
  'ParkOrder without REMOVE saga_recovery': RECOVERY,
  'removal without attribute_exists(start_pending)':
    'a start by anybody else is recorded in start_repeated_at before the saga writes, and refuses the removal, too',
  'endedStart without attribute_exists(order_id)': MISSING_RECORD,
  'endedStart without (start_pending = :yes AND #status = :pending)':
    'needs a schedule that dies for minutes between two calls; a test of the function holds it against DynamoDB',
  'endedStart without start_pending = :yes': 'the saga’s first write changes the status as well',
  'endedStart without #status = :pending': 'the saga’s first write removes start_pending as well',
  'endedStart without SET saga_due = :due_key': DUE,
  'endedStart without SET saga_due_at = :due': DUE,
  'cancellationRequest without attribute_exists(order_id)': MISSING_RECORD,
  'cancellationRequest without attribute_not_exists(cancel_requested_at)':
    'the cancellation is granted already; another entry in the timeline is all that a second one adds',
  'cancellationRequest without (attribute_not_exists(payment_id) OR payment_claimed_at < :lease_began)':
    'a cancellation that overtakes a payment is granted: RecordAuthorization refuses the order, and the payment is voided',
  'cancellationRequest without SET saga_due = :due_key': DUE,
  'cancellationRequest without SET saga_due_at = :due': DUE,
  'paymentWait without attribute_exists(order_id)': MISSING_RECORD,
  'paymentWait without attribute_not_exists(cancel_requested_at)':
    'the order is closed as CANCELLED all the same, but only when the payment window ends',
  'paymentWait without (task_attempt = :attempt AND task_token <> :token)':
    'for places that do not count attempts; the simulated engine counts them',
  'paymentWait without task_token <> :token': 'a repeated entry of the timeline is shown once',
  'paymentWait without SET saga_due = :due_key': DUE,
  'paymentWait without SET saga_due_at = :due': DUE,
  'paymentWaitForCustomer without attribute_exists(order_id)': MISSING_RECORD,
  'paymentWaitForCustomer without attribute_not_exists(cancel_requested_at)':
    'the order is closed as CANCELLED all the same, but only when the payment window ends',
  'paymentWaitForCustomer without (task_attempt = :attempt AND task_token <> :token)':
    'for places that do not count attempts; the simulated engine counts them',
  'paymentWaitForCustomer without task_token <> :token': 'a repeated entry of the timeline is shown once',
  'paymentWaitForCustomer without SET payment_action_url = :action_url': FOR_CUSTOMERS,
  'paymentWaitForCustomer without SET saga_due = :due_key': DUE,
  'paymentWaitForCustomer without SET saga_due_at = :due': DUE,
  'customerActionWait without attribute_exists(order_id)': MISSING_RECORD,
  'customerActionWait without payment_id = :payment_id':
    'the other payment claims the order again, or is refused by Payment; no money moves without Payment',
  'customerActionWait without SET payment_action_url = :action_url': FOR_CUSTOMERS,
  'customerActionWait without SET saga_due = :due_key': DUE,
  'customerActionWait without SET saga_due_at = :due': DUE,
  'paymentClaim without attribute_exists(order_id)': MISSING_RECORD,
  'paymentClaim without attribute_not_exists(cancel_requested_at)':
    'RecordAuthorization refuses an order that is being cancelled, and the payment is voided',
  'paymentClaim without (attribute_not_exists(payment_id) OR payment_claimed_at < :lease_began)':
    'Payment knows one payment of an order at a time and refuses another',
  'paymentClaim without size(timeline) < :most_entries': 'needs 200 payments; a test of the function tries them',
  'paymentClaimRelease without REMOVE payment_action_url':
    'the page of a payment that was refused stays until the order ends; tests of POST /payment/events hold the write',
  'paymentClaimRelease without attribute_exists(order_id)': MISSING_RECORD,
  'paymentClaimRelease without payment_id = :payment_id':
    'the other payment claims the order again, or is refused by Payment; no money moves without Payment',
  'paymentClaimRelease without SET #status = :awaiting':
    'changes nothing: the condition demands the same status; an update of the functions needs one assignment',
  'paymentReversal without attribute_exists(order_id)':
    'guards against an order that is removed while its saga runs, which the functions do not do',
  'paymentReversal without :free of NOT parked_step IN (:free, :payment, :commit, :confirm)':
    'an order that costs nothing has no captured payment',
  'paymentReversal without NOT parked_step IN (:free, :payment, :commit, :confirm)':
    'the saga captures again instead, which moves no money twice, and goes on; tests of VoidPayment hold the write',
  'paymentUndoing without attribute_exists(order_id)': GONE,
  'paymentUndoing without (#status = :awaiting AND payment_id = :payment_id)': GONE,
  'paymentUndoing without #status = :awaiting': GONE,
  'paymentUndoing without payment_id = :payment_id': GONE,
  'paymentUndoing without SET payment_undone_at = :at': GONE,
  'paymentUndoing without SET saga_due = :due_key': GONE,
  'paymentUndoing without SET saga_due_at = :due': GONE,
  'ledgerRequest without #status = :status': CONFIRMED_STAYS,
  'ledgerRequest without SET refunds = :refunds': 'the request finds no refund in the record, and is refused',
  'ledgerRequest without SET refundable_minor = :refundable': NEXT_WRITE,
  'ledgerRequest without SET refunded_minor = :refunded': NEXT_WRITE,
  'ledgerRequest without REMOVE refund_parked_step': FOR_OPERATORS,
  'ledgerEnd without #status = :status': CONFIRMED_STAYS,
  'ledgerEnd without refund_version = :seen_version': ONE_MOMENT,
  'ledgerEnd without SET refund_version = :version': ONE_MOMENT,
  'ledgerEnd without REMOVE saga_due_at': DUE,
  'ledgerEnd without REMOVE refund_parked_step': FOR_OPERATORS,
  'ledgerParking without #status = :status': CONFIRMED_STAYS,
  'ledgerParking without refund_version = :seen_version': ONE_MOMENT,
  'ledgerParking without SET refund_version = :version': ONE_MOMENT,
  'ledgerParking without SET refundable_minor = :refundable': NEXT_WRITE,
  'ledgerParking without SET refunded_minor = :refunded': NEXT_WRITE,
  'ledgerParking without SET refund_parked_step = :parked_step': FOR_OPERATORS,
  'ledgerParking without REMOVE saga_due_at': DUE,
  'ledgerRedrive without #status = :status': CONFIRMED_STAYS,
  'ledgerRedrive without refund_version = :seen_version': ONE_MOMENT,
  'ledgerRedrive without SET refunds = :refunds': 'the execution is redriven all the same, and records the end',
  'ledgerRedrive without SET refund_version = :version': ONE_MOMENT,
  'ledgerRedrive without SET refundable_minor = :refundable': NEXT_WRITE,
  'ledgerRedrive without SET refunded_minor = :refunded': NEXT_WRITE,
  'ledgerRedrive without SET saga_due = :due_key': DUE,
  'ledgerRedrive without SET saga_due_at = :due': DUE,
  'ledgerRedrive without REMOVE refund_parked_step': FOR_OPERATORS,
  'ledgerRecovery without #status = :status': CONFIRMED_STAYS,
  'ledgerRecovery without refund_version = :seen_version': ONE_MOMENT,
  'ledgerRecovery without SET refunds = :refunds': 'a lost execution is started again under its first name',
  'ledgerRecovery without SET refund_version = :version': ONE_MOMENT,
  'ledgerRecovery without SET refundable_minor = :refundable': NEXT_WRITE,
  'ledgerRecovery without SET refunded_minor = :refunded': NEXT_WRITE,
  'ledgerRecovery without SET saga_due = :due_key': DUE,
  'ledgerRecovery without SET saga_due_at = :due': DUE,
  'ledgerRecovery without REMOVE refund_parked_step': FOR_OPERATORS,
};
