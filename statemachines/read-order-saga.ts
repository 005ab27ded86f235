import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** One entry of a state's `Catch`. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
}

/** One entry of a state's `Retry`. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

/** What a Task of the order saga sends: a call of a function, or an update of the order's item. */
export interface TaskArguments {
  readonly FunctionName?: string;
  readonly Payload?: Readonly<Record<string, unknown>>;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string; readonly M?: unknown }>>;
}

/** A state, as far as the order saga uses the Amazon States Language. */
export interface SagaState {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: TaskArguments;
  readonly Next?: string;
  readonly Default?: string;
  readonly Output?: unknown;
  readonly Choices?: readonly { readonly Next: string; readonly Condition: string }[];
  /** Seconds, or a JSONata expression that gives them. */
  readonly TimeoutSeconds?: number | string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** The order saga as a value. */
export interface SagaDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, SagaState>>;
}

/** The order saga, read from its file. */
export interface OrderSaga {
  readonly definition: SagaDefinition;
  /** The same definition as JSON, which is what Step Functions is given. The `${...}` names still stand in it. */
  readonly text: string;
}

/**
 * Reads `refund-saga.asl.yaml` likewise.
 *
 * @throws {Error} the file is missing, or is not YAML
 */
export function readRefundSaga(): OrderSaga {
  return readSaga('refund-saga');
}

/**
 * Reads `order-saga.asl.yaml`, with its anchors and merge keys (`<<`) resolved as the Serverless Framework does.
 *
 * @throws {Error} the file is missing, or is not YAML
 */
export function readOrderSaga(): OrderSaga {
  return readSaga('order-saga');
}

function readSaga(name: string): OrderSaga {
  const yaml = readFileSync(new URL(`./${name}.asl.yaml`, import.meta.url), 'utf8');
  const definition = load(yaml, { schema: SCHEMA }) as SagaDefinition;
  return { definition, text: JSON.stringify(definition) };
}
