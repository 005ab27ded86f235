import { ConfigurationError } from './environment.ts';
import type { Logger } from './logger.ts';

/** When and how the process ends. */
export interface ProcessEnd {
  readonly logger: Logger;
  /** With it the process also ends when the parent that forked it is gone, however it went. */
  readonly watchParent: boolean;
  /** Stops everything in order, within a bounded time. */
  readonly stop: () => Promise<void>;
}

/**
 * Ends the process in order on SIGTERM, SIGINT or, if asked for, the loss of its parent. Further signals change nothing:
 * a Ctrl-C in a terminal reaches the whole process group, and the parent sends its own on top.
 *
 * @throws ConfigurationError when a parent is to be watched and none is connected
 */
export function endInOrder({ logger, watchParent, stop }: ProcessEnd): void {
  if (watchParent && !process.connected) {
    throw new ConfigurationError('PARENT_WATCH=1 needs a parent with an IPC channel: start with child_process.fork().');
  }
  let ending = false;
  const end = (why: string): void => {
    if (ending) {
      return;
    }
    ending = true;
    logger.info({ why }, 'stopping');
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  if (watchParent) {
    process.once('disconnect', () => end('the parent is gone'));
  }
}
