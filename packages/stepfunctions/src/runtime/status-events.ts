import { randomUUID } from 'node:crypto';
import type { ExecutionRecord } from '../journal/execution-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { JsonObject } from '../language/json.ts';
import type { EngineLogger } from '../options.ts';
import { whyNotRedrivable } from './redrivable.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_ANSWER_MS = 5_000;

/** Where the events go, and what they say about their origin. */
export interface StatusEventSettings {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}

/**
 * Posts an event in EventBridge's shape, `Step Functions Execution Status Change`, whenever a standard execution begins,
 * ends or is redriven. The events of one execution arrive in order. An event that is refused five times is dropped: like
 * on AWS, delivery is best effort.
 */
export class StatusEvents {
  readonly #settings: StatusEventSettings;
  readonly #journal: Journal;
  readonly #logger: EngineLogger;
  readonly #latest = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(settings: StatusEventSettings, journal: Journal, logger: EngineLogger) {
    this.#settings = settings;
    this.#journal = journal;
    this.#logger = logger;
  }

  /** Posts that an execution has this status. An execution may have ended in the same commit in which it began. */
  publish(executionId: number, status: string): void {
    const record = this.#journal.executions.findById(executionId);
    if (record === undefined || this.#closing.signal.aborted) {
      return;
    }
    const event = this.#eventOf(record, status);
    const posted = (this.#latest.get(record.arn) ?? Promise.resolve()).then(() => this.#post(event, record.arn));
    this.#latest.set(record.arn, posted);
    void posted.then(() => {
      if (this.#latest.get(record.arn) === posted) {
        this.#latest.delete(record.arn);
      }
    });
  }

  /** Gives up the events that are not delivered yet. */
  close(): void {
    this.#closing.abort();
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

  async #post(event: JsonObject, executionArn: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#closing.signal.aborted; attempt++) {
      try {
        const response = await fetch(this.#settings.endpoint, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(event),
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
