import { setTimeout as sleep } from 'node:timers/promises';
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

/** What is put on the bus. */
export interface BusEvent {
  readonly id: string;
  readonly type: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly data: object;
}

/** An EventBridge bus. */
export interface EventBus {
  /**
   * Puts events on the bus, in their order. EventBridge itself may pass them on in another one.
   *
   * @throws where EventBridge does not take one of them; those before it may be on the bus
   */
  readonly put: (events: readonly BusEvent[]) => Promise<void>;
}

/** EventBridge takes so many entries in one call. */
const ENTRIES = 10;

/** Delays before entries that EventBridge refused are sent again. */
const RETRY_DELAYS_MS = [100, 400, 1_600];

/** The `source` of every event. */
const SOURCE = 'orders';

/** The events of orders on an EventBridge bus. */
export function createEventBus(client: EventBridgeClient, name: string): EventBus {
  return {
    put: async (events) => {
      for (let from = 0; from < events.length; from += ENTRIES) {
        await putAll(
          client,
          events.slice(from, from + ENTRIES).map((event) => entryOf(event, name)),
        );
      }
    },
  };
}

function entryOf({ id, type, at, data }: BusEvent, EventBusName: string): PutEventsRequestEntry {
  return {
    EventBusName,
    Source: SOURCE,
    DetailType: type,
    Time: new Date(at),
    Detail: JSON.stringify({ id, type, timestamp: at, data }),
  };
}

/** EventBridge takes some entries of a call and refuses others; only those are sent again. */
async function putAll(client: EventBridgeClient, entries: readonly PutEventsRequestEntry[]): Promise<void> {
  let left = entries;
  for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...left] }));
    const faults = Entries.flatMap(({ ErrorCode, ErrorMessage }) =>
      ErrorCode === undefined ? [] : [`${ErrorCode} ${ErrorMessage ?? ''}`],
    );
    left = left.filter((_, index) => Entries[index]?.ErrorCode !== undefined);
    if (left.length === 0) {
      return;
    }
    if (delayMs === undefined) {
      throw new Error(`EventBridge refused ${left.length} events: ${faults[0]}`);
    }
    await sleep(delayMs);
  }
}
