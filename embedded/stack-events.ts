import type { StackUrls } from './addresses.ts';
import type { Ports } from './configuration.ts';
import type { ProcessReport } from './supervisor/supervised-process.ts';

/** What a stack tells the person or the program that started it. docs/running-embedded.md describes each for programs. */
export type StackEvent =
  | { readonly event: 'starting' }
  /** One part is up. */
  | { readonly event: 'part_up'; readonly name: string; readonly seconds: number }
  | {
      readonly event: 'up';
      readonly seconds: number;
      readonly urls: StackUrls;
      readonly ports: Ports;
      readonly console: string;
      readonly data_directory: string;
      readonly state_machine_arn: string;
    }
  | { readonly event: 'process'; readonly report: ProcessReport }
  /** A warning or an error in the log of a process. */
  | { readonly event: 'log'; readonly process: string; readonly line: string }
  /** Something that a person should know and may have to act on. */
  | { readonly event: 'warning'; readonly message: string }
  | { readonly event: 'failed'; readonly reason: string }
  | { readonly event: 'stopping'; readonly why: string }
  | { readonly event: 'stopped'; readonly problem?: string };

/** One line of JSON, without the newline. The report of a process lies flat in it: `{"event":"process","type":"died",...}`. */
export function eventLine(event: StackEvent): string {
  if (event.event !== 'process') {
    return JSON.stringify(event);
  }
  const { report } = event;
  return JSON.stringify({
    event: 'process',
    ...report,
    ...('error' in report && { error: String(report.error) }),
    message: describeReport(report),
  });
}

/** The event in words. `up` has the banner instead. */
export function describeEvent(event: Exclude<StackEvent, { readonly event: 'up' }>): string {
  switch (event.event) {
    case 'starting':
      return 'Starting DynamoDB, Step Functions, Inventory, Payment and the HTTP API ...';
    case 'part_up':
      return `  ${event.name} is up (${event.seconds.toFixed(1)} s)`;
    case 'process':
      return describeReport(event.report);
    case 'log':
      return `[${event.process}] ${event.line}`;
    case 'warning':
      return event.message;
    case 'failed':
      return `\nThe stack did not start.\n${event.reason}\n`;
    case 'stopping':
      return event.why === 'SIGINT' ? '\nStopping (Ctrl-C again to kill) ...' : `\nStopping (${event.why}) ...`;
    case 'stopped':
      return event.problem === undefined ? 'Stopped.' : `The stop was not clean: ${event.problem}`;
  }
}

function describeReport(report: ProcessReport): string {
  switch (report.type) {
    case 'died':
      return `${report.name} ${report.how}; restarting it in ${report.delayMs} ms`;
    case 'recovered':
      return `${report.name} is back (process ${report.pid}, ${Math.round(report.ms)} ms)`;
    case 'hung':
      return `${report.name} has not answered its health checks for ${Math.round(report.ms / 1000)} s; killing it`;
    case 'late':
      return `${report.name} was restarted, but is not ready after ${report.ms / 1000} s; ending it`;
    case 'unrecorded':
      return `${report.name} runs, but its run file could not be written: ${String(report.error)}`;
    case 'keeps-dying':
      return [`${report.name} died ${report.deaths} times in a row. The end of its log:`, ...report.lastLines].join(
        '\n    ',
      );
  }
}
