import type { ProcessReport } from './supervised-process.ts';

/** What happened to a child, for the person at the terminal. */
export function reportText(report: ProcessReport): string {
  switch (report.type) {
    case 'died':
      return `${report.name} ${report.how}; starting it again in ${report.delayMs} ms`;
    case 'recovered':
      return `${report.name} is back (process ${report.pid}, ${Math.round(report.ms)} ms)`;
    case 'late':
      return `${report.name} was started again, but is not ready after ${report.ms / 1000} s; ending it`;
    case 'unrecorded':
      return `${report.name} runs, but that could not be written down: ${String(report.error)}`;
    case 'keeps-dying':
      return [`${report.name} died ${report.deaths} times in a row. The end of its log:`, ...report.lastLines].join(
        '\n    ',
      );
  }
}
