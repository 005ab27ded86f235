/** What the engine says about its own life; a `pino` logger fits. Never sees inputs, outputs or task tokens. */
export interface EngineLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * What a committed transaction survives.
 * - `process`: the end of the process, `kill -9` included (SQLite `synchronous=NORMAL`); a power cut may take the last
 *   moments back, the file stays consistent
 * - `power`: a power cut too: every group commit waits for fsync (SQLite `synchronous=FULL`)
 */
export type Durability = 'process' | 'power';

/** When finished executions leave the journal. Running ones never do. */
export interface Retention {
  /** Seconds after its end at which a finished execution is dropped; AWS keeps them for 90 days. */
  readonly finishedSeconds: number;
  /** Only this many finished executions are kept, the latest ones. */
  readonly finishedCount: number;
}

/** How the server is started. Only `dataDir` has no default. */
export interface StepFunctionsServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port to listen on, 0 for any free one. Default 0. */
  readonly port?: number;
  /** Folder of the journal, made if absent, or `:memory:` for a server that forgets everything. */
  readonly dataDir: string;
  /**
   * Where Lambda's Invoke API is, e.g. `http://localhost:3002` for serverless-offline. Without it Lambda tasks fail and
   * Lambda calls are refused.
   */
  readonly lambdaEndpoint?: string;
  /** Where DynamoDB is. Without it DynamoDB tasks fail and DynamoDB calls are refused. */
  readonly dynamodbEndpoint?: string;
  /** Account id in ARNs, 12 digits. Default `000000000000`. */
  readonly account?: string;
  /** Region in ARNs. Default `us-east-1`. */
  readonly region?: string;
  /** Lambda invokes under way at once; more wait their turn. Default 32. */
  readonly maxConcurrentInvokes?: number;
  /**
   * Of those, how many that began within the last half second. Few, where functions and callers share a machine: more at once
   * are not done sooner. Default: all.
   */
  readonly maxBusyInvokes?: number;
  /** StartExecution is throttled while this many executions have a task that waits for its turn. Default 2,000. */
  readonly maxQueuedExecutions?: number;
  /** How long a Lambda or DynamoDB endpoint that refuses connections is tried again before the task fails. Default 20 s. */
  readonly connectRetrySeconds?: number;
  /** Default `process`. */
  readonly durability?: Durability;
  /** Default 90 days and 1,000,000 executions. */
  readonly retention?: Partial<Retention>;
  /** Default: warnings and errors to standard error, as JSON lines. */
  readonly logger?: EngineLogger;
}
