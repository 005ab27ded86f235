import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { jest } from '@jest/globals';

/** A logger for the functions whose lines a test can read. */
export interface KeptLog {
  readonly logger: Logger;
  /** The lines so far, as they would be written. */
  readonly lines: readonly LogAttributes[];
  /** Restores standard output and standard error. */
  readonly restore: () => void;
}

/** Creates a logger that records its lines instead of printing them. */
export function keptLog(): KeptLog {
  const lines: LogAttributes[] = [];
  class Keeper extends LogFormatter {
    override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
      const item = new LogItem({ attributes: { level: attributes.logLevel, message: attributes.message } });
      item.addAttributes(additional);
      lines.push(item.getAttributes());
      return item;
    }
  }
  const streams = [jest.spyOn(process.stdout, 'write'), jest.spyOn(process.stderr, 'write')];
  for (const stream of streams) {
    stream.mockReturnValue(true);
  }
  return {
    logger: new Logger({ logLevel: 'INFO', logFormatter: new Keeper() }),
    lines,
    restore: () => {
      for (const stream of streams) {
        stream.mockRestore();
      }
    },
  };
}
