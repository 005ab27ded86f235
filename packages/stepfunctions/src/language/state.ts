import type { ChoiceRule } from './choice-rule.ts';
import type { Json, JsonObject } from './json.ts';

/** The language a state's fields are written in. */
export type QueryLanguage = 'JSONPath' | 'JSONata';

/** A number, or `{% expression %}` that yields one. */
export type NumberOrExpression = number | string;

/**
 * States and where to start: a whole machine, a branch or an item processor.
 * Field names are the states language's own, here and below.
 */
export interface StateGraph {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
}

interface AnyState {
  readonly Comment?: string;
  /** Never absent after `parseDefinition`: the state's own, else the machine's, else JSONPath. */
  readonly QueryLanguage: QueryLanguage;
}

interface InputAndOutput {
  /** JSONPath; `null` gives `{}`. */
  readonly InputPath?: string | null;
  /** JSONPath; `null` gives `{}`. */
  readonly OutputPath?: string | null;
  /** JSONata. */
  readonly Output?: Json;
}

interface Assigning {
  readonly Assign?: JsonObject;
}

interface Transition {
  readonly Next?: string;
  readonly End?: boolean;
}

interface ResultHandling {
  readonly ResultPath?: string | null;
  readonly ResultSelector?: Json;
}

interface ErrorHandling {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** An entry of `Retry`. */
export interface Retrier {
  readonly Comment?: string;
  readonly ErrorEquals: readonly string[];
  /** Default 1. */
  readonly IntervalSeconds?: number;
  /** Default 3; 0: never. */
  readonly MaxAttempts?: number;
  /** Default 2. */
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  /** Default NONE. */
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** An entry of `Catch`. */
export interface Catcher extends Assigning {
  readonly Comment?: string;
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  /** JSONPath. */
  readonly ResultPath?: string | null;
  /** JSONata. */
  readonly Output?: Json;
}

export interface PassState extends AnyState, InputAndOutput, Assigning, Transition {
  readonly Type: 'Pass';
  readonly Result?: Json;
  readonly ResultPath?: string | null;
  readonly Parameters?: Json;
}

export interface TaskState extends AnyState, InputAndOutput, Assigning, Transition, ResultHandling, ErrorHandling {
  readonly Type: 'Task';
  readonly Resource: string;
  /** JSONPath. */
  readonly Parameters?: Json;
  /** JSONata. */
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: NumberOrExpression;
  readonly TimeoutSecondsPath?: string;
  readonly HeartbeatSeconds?: NumberOrExpression;
  readonly HeartbeatSecondsPath?: string;
  readonly Credentials?: JsonObject;
}

export interface ChoiceState extends AnyState, InputAndOutput, Assigning {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

export interface WaitState extends AnyState, InputAndOutput, Assigning, Transition {
  readonly Type: 'Wait';
  readonly Seconds?: NumberOrExpression;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
}

export interface SucceedState extends AnyState, InputAndOutput {
  readonly Type: 'Succeed';
}

export interface FailState extends AnyState {
  readonly Type: 'Fail';
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
}

export interface ParallelState extends AnyState, InputAndOutput, Assigning, Transition, ResultHandling, ErrorHandling {
  readonly Type: 'Parallel';
  readonly Branches: readonly StateGraph[];
  readonly Parameters?: Json;
  readonly Arguments?: Json;
}

/** How a Map state runs its iterations. */
export interface ProcessorConfiguration {
  readonly Mode?: 'INLINE' | 'DISTRIBUTED';
  readonly ExecutionType?: 'STANDARD' | 'EXPRESS';
}

export interface ItemProcessor extends StateGraph {
  readonly ProcessorConfig?: ProcessorConfiguration;
}

/** What reads a distributed Map's items from elsewhere. */
export interface ItemReader {
  readonly Resource: string;
  readonly ReaderConfig?: JsonObject;
  readonly Parameters?: Json;
  readonly Arguments?: Json;
}

/** Where a distributed Map's results go. */
export interface ResultWriter {
  readonly Resource?: string;
  readonly WriterConfig?: JsonObject;
  readonly Parameters?: Json;
  readonly Arguments?: Json;
}

/** Groups a distributed Map's items. */
export interface ItemBatcher {
  readonly BatchInput?: Json;
  readonly MaxItemsPerBatch?: NumberOrExpression;
  readonly MaxItemsPerBatchPath?: string;
  readonly MaxInputBytesPerBatch?: NumberOrExpression;
  readonly MaxInputBytesPerBatchPath?: string;
}

export interface MapState extends AnyState, InputAndOutput, Assigning, Transition, ResultHandling, ErrorHandling {
  readonly Type: 'Map';
  /** `Iterator`, the older spelling, is moved here by `parseDefinition`. */
  readonly ItemProcessor: ItemProcessor;
  /** JSONPath. */
  readonly ItemsPath?: string;
  /** JSONata. */
  readonly Items?: Json;
  /** `Parameters`, the older spelling in JSONPath, is kept apart. */
  readonly ItemSelector?: Json;
  readonly Parameters?: Json;
  readonly MaxConcurrency?: NumberOrExpression;
  readonly MaxConcurrencyPath?: string;
  readonly ToleratedFailureCount?: NumberOrExpression;
  readonly ToleratedFailureCountPath?: string;
  readonly ToleratedFailurePercentage?: NumberOrExpression;
  readonly ToleratedFailurePercentagePath?: string;
  readonly Label?: string;
  readonly ItemReader?: ItemReader;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;
