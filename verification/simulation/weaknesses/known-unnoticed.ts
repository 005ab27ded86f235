const MISSING_RECORD = 'a record that is missing fails the rest of the condition as well';
const BEHIND_THE_PIVOT =
  'no path leads from RecordPayment into compensation; the condition guards against a fault of the saga';

/**
 * Members of the writes whose removal violates no invariant, with the reason. A test holds the list: a member that is noticed
 * leaves it, and a new one that is not noticed needs an invariant, a known schedule, or a reason here.
 */
export const KNOWN_UNNOTICED: Readonly<Record<string, string>> = {
  'RecordReservation without attribute_not_exists(cancel_requested_at)':
    'RecordAuthorization refuses the order, too; until then the saga only works in vain',
  'ConfirmOrder without #status IN (:PAID, :CONFIRMED, :NEEDS_ATTENTION)':
    'behind RecordPayment an order has no other status; the condition guards against a fault of the saga',
  'CloseOrder without NOT #status IN (:PAID, :CONFIRMED)': BEHIND_THE_PIVOT,
  'CloseOrder without :PAID of NOT #status IN (:PAID, :CONFIRMED)': BEHIND_THE_PIVOT,
  'CloseOrder without :CONFIRMED of NOT #status IN (:PAID, :CONFIRMED)': BEHIND_THE_PIVOT,
  'CloseCancelledOrder without NOT #status IN (:PAID, :CONFIRMED)': BEHIND_THE_PIVOT,
  'CloseCancelledOrder without :PAID of NOT #status IN (:PAID, :CONFIRMED)': BEHIND_THE_PIVOT,
  'CloseCancelledOrder without :CONFIRMED of NOT #status IN (:PAID, :CONFIRMED)': BEHIND_THE_PIVOT,
  'CloseCancelledOrder without attribute_exists(cancel_requested_at)':
    'only an accepted cancellation leads there; the condition guards against a CloseOrder that is refused for another cause',
  'ParkOrder without attribute_not_exists(parked_at_redrive_count)':
    'a comparison with a missing attribute is false, so its NOT holds without this part, too',
  'removal without attribute_exists(start_pending)':
    'a start by anybody else is recorded in start_repeated_at before the saga writes, and refuses the removal, too',
  'endedStart without attribute_exists(order_id)': MISSING_RECORD,
  'endedStart without (start_pending = :yes AND #status = :pending)':
    'needs a schedule that dies for minutes between two calls; a test of the function holds it against DynamoDB',
  'endedStart without start_pending = :yes': 'the saga’s first write changes the status as well',
  'endedStart without #status = :pending': 'the saga’s first write removes start_pending as well',
  'cancellationRequest without attribute_exists(order_id)': MISSING_RECORD,
  'cancellationRequest without attribute_not_exists(cancel_requested_at)':
    'the cancellation is granted already; another entry in the timeline is all that a second one adds',
  'cancellationRequest without (attribute_not_exists(payment_id) OR payment_claimed_at < :lease_began)':
    'a cancellation that overtakes a payment is granted: RecordAuthorization refuses the order, and the payment is voided',
  'paymentWait without attribute_exists(order_id)': MISSING_RECORD,
  'paymentWait without attribute_not_exists(cancel_requested_at)':
    'the order is closed as CANCELLED all the same, but only when the payment window ends',
  'paymentWait without (task_attempt = :attempt AND task_token <> :token)':
    'for places that do not count attempts; the simulated engine counts them',
  'paymentWait without task_token <> :token': 'a repeated entry of the timeline is shown once',
  'paymentClaim without attribute_exists(order_id)': MISSING_RECORD,
  'paymentClaim without attribute_not_exists(cancel_requested_at)':
    'RecordAuthorization refuses an order that is being cancelled, and the payment is voided',
  'paymentClaim without (attribute_not_exists(payment_id) OR payment_claimed_at < :lease_began)':
    'Payment knows one payment of an order at a time and refuses another',
  'paymentClaim without size(timeline) < :most_entries': 'needs 200 payments; a test of the function tries them',
  'paymentClaimRelease without attribute_exists(order_id)': MISSING_RECORD,
  'paymentClaimRelease without payment_id = :payment_id':
    'the other payment claims the order again, or is refused by Payment; no money moves without Payment',
  'paymentClaimRelease without SET #status = :awaiting':
    'changes nothing: the condition demands the same status; an update of the functions needs one assignment',
};
