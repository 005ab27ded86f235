import { checkInvariants } from '../invariants.ts';
import { type OrderCase, orderCases } from '../order-case.ts';
import { backlogOf } from '../order-end.ts';
import type { ItemSnapshot, Snapshot } from '../snapshot.ts';
import { INVARIANTS, type Invariant, type Violation } from '../violation.ts';

/** What a look at one invariant found while orders come and go. */
export interface LiveInvariant {
  readonly invariant: Invariant;
  /** Why it cannot be checked here. */
  readonly unchecked?: string;
  /** How many findings there are. */
  readonly total: number;
  /** The first of them. */
  readonly findings: readonly LiveFinding[];
}

/** One finding, with what a person needs to look it up. */
export type LiveFinding = Violation['subject'] & { readonly finding: string };

/** The outcome of one look at a stack in which orders come and go. */
export interface LiveVerdict {
  /** ISO 8601; when the reading began. */
  readonly checked_at: string;
  readonly orders: number;
  /** Orders with work left. They are judged once they are at rest. */
  readonly on_their_way: number;
  readonly invariants: readonly LiveInvariant[];
}

/** At most this many findings of an invariant are listed. */
const MOST_LISTED = 20;

/**
 * How long an order has to be at rest before a finding about it counts. The first two hold at any moment. Payment voids late
 * charges within a minute. What a lost execution leaves behind is found by schedules, which run every minute.
 */
const SETTLES_WITHIN_SECONDS: Readonly<Record<Invariant, number>> = {
  'the record of an order fits its status': 0,
  'stock adds up': 0,
  'captured once, exactly with committed stock': 60,
  'never more given back than was taken': 60,
  'nothing left behind a finished order': 180,
  'every accepted order ends': 180,
  'no answer taken back': 0,
  'webhooks are told every change, in order': 0,
};

/** Invariants about what others were told, which is in no table. */
const UNCHECKED: Readonly<Partial<Record<Invariant, string>>> = {
  'no answer taken back':
    'It takes what clients were answered, which is kept nowhere. npm run demo, load:smoke and chaos check it with their own clients.',
  'webhooks are told every change, in order':
    'It takes what the receiver of a webhook was told. npm run demo checks it with a receiver of its own.',
};

/**
 * Checks a snapshot that was taken while orders come and go. Findings about orders on their way are left out, and those
 * about items whose counters changed meanwhile. The tables cannot be read at one instant, so a finding is a violation
 * only if the next look has it too.
 *
 * @param itemsBefore the items as they were before the snapshot was taken
 */
export function liveVerdict(snapshot: Snapshot, itemsBefore: readonly ItemSnapshot[]): LiveVerdict {
  const { violations } = checkInvariants(snapshot);
  const cases = new Map(orderCases(snapshot).map((subject) => [subject.order_id, subject]));
  const before = new Map(itemsBefore.map((item) => [item.item_id, JSON.stringify(item)]));
  const changed = new Set(
    snapshot.items.filter((item) => before.get(item.item_id) !== JSON.stringify(item)).map(({ item_id }) => item_id),
  );
  const counts = ({ subject, invariant }: Violation): boolean =>
    'item_id' in subject
      ? !changed.has(itemOfRow(subject.item_id))
      : isSettled(cases.get(subject.order_id), SETTLES_WITHIN_SECONDS[invariant], snapshot.taken_at);
  const found = Map.groupBy(violations.filter(counts), ({ invariant }) => invariant);
  const running = snapshot.executions.flatMap(({ order_id, status }) => (status === 'RUNNING' ? [order_id] : []));
  return {
    checked_at: snapshot.taken_at,
    orders: snapshot.orders.length,
    on_their_way: backlogOf(snapshot.orders, running, snapshot.taken_at).size,
    invariants: INVARIANTS.map((invariant) => liveInvariant(invariant, found.get(invariant) ?? [])),
  };
}

/** The item of a key of the items table. Rows of an item that is spread have keys such as `ITEM#3`. */
function itemOfRow(key: string): string {
  return key.replace(/#.*$/, '');
}

function liveInvariant(invariant: Invariant, violations: readonly Violation[]): LiveInvariant {
  const unchecked = UNCHECKED[invariant];
  return {
    invariant,
    ...(unchecked !== undefined && { unchecked }),
    total: violations.length,
    findings: violations.slice(0, MOST_LISTED).map(({ subject, finding }) => ({ ...subject, finding })),
  };
}

/** Whether an order has been at rest for so long. A record without its order has no time, so it counts at once. */
function isSettled(subject: OrderCase | undefined, seconds: number, now: string): boolean {
  if (seconds === 0) {
    return true;
  }
  const status = subject?.execution?.status;
  const refunds = Object.values(subject?.order?.refunds ?? {});
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE' || refunds.some((each) => each.status === 'REQUESTED')) {
    return false;
  }
  const changedAt = subject?.order?.updated_at ?? subject?.order?.created_at;
  return changedAt === undefined || Date.parse(changedAt) + seconds * 1_000 <= Date.parse(now);
}
