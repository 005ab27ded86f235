import type { LoadReport } from '../load/report/load-report.ts';
import type { Machine } from '../report/machine.ts';
import type { Throughput } from './closed-loop.ts';

/** Memory of one process in megabytes; see ProcessUsage. */
export interface Memory {
  readonly rss_mb: number;
  readonly pss_mb: number;
}

/** The memory and processor time of one process. */
export interface ProcessReport {
  readonly name: string;
  readonly idle: Memory;
  /** After all load except the growth measurement. */
  readonly after: Memory;
  /** Processor time for one order placed over HTTP, at the sustained rate. */
  readonly cpu_ms_per_order: number;
}

/** The results of taking orders to their end in one way. */
export interface WayReport {
  readonly name: string;
  readonly orders: number;
  readonly orders_per_second: number;
  /** From an order's first call to its end. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** As a fraction of the plain loop's orders a second. */
  readonly of_plain_loop: number;
}

/** The cost of an order with a number of orders stored already. */
export interface GrowthReport {
  readonly stored: number;
  readonly orders_per_second: number;
  readonly order_p50_ms: number;
  readonly order_p99_ms: number;
  /** Processor time of all processes of the stack. */
  readonly cpu_ms_per_order: number | null;
  /** DynamoDB's part of it. */
  readonly dynamodb_cpu_ms_per_order: number | null;
}

/** All numbers of one benchmark; written to the results folder as JSON. */
export interface BenchReport {
  readonly started_at: string;
  readonly command: string;
  readonly machine: Machine;
  /** The machine's load over the minute before the benchmark began, from other work. */
  readonly load_average_before: number;
  readonly start_ms: number;
  readonly steps: readonly Throughput[];
  readonly concurrency: number;
  /** In this order: the API, Step Functions alone, the plain loop, another endpoint if there is one. */
  readonly ways: readonly WayReport[];
  /** Open loop at parts of the sustained rate. */
  readonly levels: LoadReport;
  readonly spike: LoadReport;
  /** null where the system has no /proc. */
  readonly processes: readonly ProcessReport[] | null;
  /** Processor time of the benchmark itself, which shares the machine, for one order placed over HTTP. */
  readonly client_cpu_ms_per_order: number;
  readonly growth: readonly GrowthReport[];
}
