/** A metric of the namespace `OrderSaga`. docs/telemetry.md lists them. */
interface MetricDefinition {
  /** `count` adds up, `gauge` is the value of the moment, `duration` is one measured time in milliseconds. */
  readonly kind: 'count' | 'gauge' | 'duration';
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds';
  /** The further dimension, where there is one. Its values are few and known. */
  readonly dimension?: string;
  readonly help: string;
}

/** All metrics by their names in CloudWatch. */
export const METRICS = {
  OrdersAccepted: { kind: 'count', unit: 'Count', help: 'Orders that the API accepted' },
  OrdersEnded: { kind: 'count', unit: 'Count', dimension: 'Outcome', help: 'Orders whose saga ended or parked' },
  SagaDuration: {
    kind: 'duration',
    unit: 'Milliseconds',
    dimension: 'Outcome',
    help: 'Time from the placement of an order to the end of its saga',
  },
  OrdersParked: { kind: 'gauge', unit: 'Count', help: 'Orders that wait for an operator' },
  OldestParkedOrderAge: { kind: 'gauge', unit: 'Seconds', help: 'Age of the oldest parked order; 0: there is none' },
  RefundsParked: { kind: 'gauge', unit: 'Count', help: 'Orders with a refund that waits for an operator' },
  Compensations: { kind: 'count', unit: 'Count', dimension: 'Step', help: 'Compensations that sagas have done' },
  TaskRetries: { kind: 'count', unit: 'Count', dimension: 'Task', help: 'Attempts of a task after its first' },
  RequestsRefused: { kind: 'count', unit: 'Count', help: 'Requests that the API answered with 503' },
  UnownedAuthorizations: {
    kind: 'count',
    unit: 'Count',
    help: 'Authorizations without a living order, found and voided',
  },
  StockHeld: { kind: 'gauge', unit: 'Count', dimension: 'Age', help: 'Pieces that are held for orders' },
  CertificateDaysLeft: {
    kind: 'gauge',
    unit: 'Count',
    help: 'Days until the first certificate between functions and services ends',
  },
  WebhookDelay: {
    kind: 'duration',
    unit: 'Milliseconds',
    help: 'Time from the change of an order to the delivery of its event',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric in CloudWatch. */
export type MetricName = keyof typeof METRICS;

/** A metric, as code that treats all alike sees it. */
export function definitionOf(name: MetricName): MetricDefinition {
  return METRICS[name];
}

/** One value of a metric. */
export interface MetricValue {
  readonly name: MetricName;
  readonly value: number;
  /** Value of the further dimension; absent where the metric has none. */
  readonly label?: string | undefined;
}

/** Takes the values of a process or a thread. */
export interface MetricSink {
  readonly write: (value: MetricValue) => void;
}
