import { randomUUID } from 'node:crypto';
import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { JsonObject } from '../language/json.ts';
import type { EngineLogger } from '../options.ts';
import { whyNotRedrivable } from './redrivable.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_ANSWER_MS = 5_000;

/** Posts at once. */
const MOST_POSTS = 16;
/** Events that wait for their post, in characters. A receiver that does not answer must not fill the memory. */
const MOST_WAITING_CHARACTERS = 16 * 1024 * 1024;

/** Where the events go, and what they say about their origin. */
export interface StatusEventSettings {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}

/** The next event of an execution. */
interface Post {
  readonly arn: string;
  readonly body: string;
  /** The bodies of the execution's events after it, oldest first. */
  readonly later: string[];
}

/**
 * Posts an event in EventBridge's shape, `Step Functions Execution Status Change`, whenever a standard execution begins,
 * ends or is redriven. The events of one execution arrive in order. An event that is refused five times is dropped, as is
 * one that comes while too many wait: like on AWS, delivery is best effort.
 */
export class StatusEvents {
  readonly #settings: StatusEventSettings;
  readonly #journal: Journal;
  readonly #logger: EngineLogger;
  /** The events after the next one by execution. An execution has an entry while it has an event. */
  readonly #later = new Map<string, string[]>();
  /** The next events that are not being posted yet. */
  readonly #ready: Post[] = [];
  readonly #closing = new AbortController();
  #posts = 0;
  #characters = 0;
  #dropped = 0;

  constructor(settings: StatusEventSettings, journal: Journal, logger: EngineLogger) {
    this.#settings = settings;
    this.#journal = journal;
    this.#logger = logger;
  }

  /** Posts that an execution has this status. An execution may have ended in the same commit in which it began. */
  publish(executionId: number, status: string): void {
    const record = this.#journal.executions.findById(executionId);
    if (record === undefined) {
      return;
    }
    const body = JSON.stringify(this.#eventOf(record, status));
    if (this.#characters + body.length > MOST_WAITING_CHARACTERS) {
      this.#drop();
      return;
    }
    this.#characters += body.length;
    const known = this.#later.get(record.arn);
    if (known) {
      known.push(body);
      return;
    }
    const later: string[] = [];
    this.#later.set(record.arn, later);
    this.#ready.push({ arn: record.arn, body, later });
    this.#postNext();
  }

  /** Gives up the events that are not delivered yet: nothing is sent any more. */
  close(): void {
    this.#closing.abort();
  }

  /** Logs the first of a row of drops; the end of the row says how many there were. */
  #drop(): void {
    this.#dropped += 1;
    if (this.#dropped === 1) {
      const { endpoint } = this.#settings;
      this.#logger.warn({ endpoint }, 'status events are dropped, because their receiver is too slow');
    }
  }

  #postNext(): void {
    while (this.#posts < MOST_POSTS) {
      const post = this.#ready.shift();
      if (post === undefined) {
        return;
      }
      this.#posts += 1;
      void this.#postOne(post);
    }
  }

  /** Posts the oldest event of an execution. Its next one waits for its turn behind those of others. */
  async #postOne({ arn, body, later }: Post): Promise<void> {
    await this.#post(body, arn);
    this.#characters -= body.length;
    this.#posts -= 1;
    const next = later.shift();
    if (next === undefined) {
      this.#later.delete(arn);
    } else {
      this.#ready.push({ arn, body: next, later });
    }
    if (this.#later.size === 0 && this.#dropped > 0) {
      this.#logger.warn({ dropped: this.#dropped }, 'status events were dropped; those that follow are posted again');
      this.#dropped = 0;
    }
    this.#postNext();
  }

  #eventOf(record: ExecutionRecord, status: string): JsonObject {
    const { account, region } = this.#settings;
    const isOver = status !== 'RUNNING';
    const notRedrivable = isOver
      ? whyNotRedrivable(this.#journal, record)
      : `Execution is ${status} and cannot be redriven`;
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Step Functions Execution Status Change',
      source: 'aws.states',
      account,
      time: new Date().toISOString().replace(/\.\d+/, ''),
      region,
      resources: [record.arn],
      detail: {
        executionArn: record.arn,
        stateMachineArn: this.#journal.stateMachines.revision(record.revision).arn,
        name: record.name,
        status,
        startDate: record.startedAt,
        stopDate: (isOver ? record.stoppedAt : undefined) ?? null,
        input: record.input,
        output: (isOver ? record.output : undefined) ?? null,
        inputDetails: { included: true },
        outputDetails: isOver && record.output !== undefined ? { included: true } : null,
        error: (isOver ? record.error : undefined) ?? null,
        cause: (isOver ? record.cause : undefined) ?? null,
        stateMachineVersionArn: record.versionArn ?? null,
        stateMachineAliasArn: record.aliasArn ?? null,
        redriveCount: record.redriveCount,
        redriveDate: record.redrivenAt ?? null,
        redriveStatus: notRedrivable === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
        redriveStatusReason: notRedrivable ?? null,
      },
    };
  }

  async #post(body: string, executionArn: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#closing.signal.aborted; attempt++) {
      try {
        const response = await fetch(this.#settings.endpoint, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(LONGEST_ANSWER_MS)]),
        });
        await response.arrayBuffer();
        if (response.ok) {
          return;
        }
        throw new Error(`the endpoint answered ${response.status}`);
      } catch (error) {
        if (attempt === ATTEMPTS) {
          this.#logger.warn({ executionArn, err: error }, 'a status event could not be delivered');
          return;
        }
        await new Promise((done) => setTimeout(done, FIRST_PAUSE_MS * 2 ** (attempt - 1)).unref());
      }
    }
  }
}
