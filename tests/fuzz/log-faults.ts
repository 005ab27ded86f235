import * as z from 'zod';
import * as errors from '../../functions/common/errors.ts';

/** pino's number for `error`; its `fatal` is 60. */
const PINO_ERROR = 50;
const FAULTY_LEVELS: ReadonlySet<string> = new Set(['ERROR', 'CRITICAL', 'FATAL']);

/** What a process leaves behind that nobody let end on purpose. */
const CRASH = /\bUnhandled rejection\b|\bUncaught\b|FATAL ERROR|panicked at/i;

/** The first line of an error that was printed, with or without serverless-offline's mark. */
const PRINTED = /^(?:× )?(?:.*invoke of '[\w-]+': )?(?<name>\w*Error)(?:: (?<message>.*))?$/;

/** Of these an order may end or a step be tried again; serverless-offline prints whatever a function throws. */
const TOLD_TO_THE_SAGA: ReadonlySet<string> = new Set(
  Object.keys(errors).filter(
    (name) => !['ServiceContractError', 'InvalidTaskInputError', 'NeedsAttentionError'].includes(name),
  ),
);

const entry = z.looseObject({ level: z.union([z.number(), z.string()]).optional() });

/** The lines of a log that tell of a fault of ours: entries of level error or above, and what a crash leaves behind. */
export function faultsInLog(text: string): readonly string[] {
  return text.split('\n').filter((line) => {
    const written = entryOf(line);
    return written === undefined ? CRASH.test(line) || isOwnFault(line) : isFaulty(written.level);
  });
}

function isOwnFault(line: string): boolean {
  const { name = '', message } = PRINTED.exec(line)?.groups ?? {};
  // The authorizer's word for API Gateway.
  const isRefusal = name === 'Error' && message === 'Unauthorized';
  return name !== '' && !isRefusal && !TOLD_TO_THE_SAGA.has(name);
}

function isFaulty(level: number | string | undefined): boolean {
  return typeof level === 'number' ? level >= PINO_ERROR : FAULTY_LEVELS.has(level?.toUpperCase() ?? '');
}

function entryOf(line: string): z.infer<typeof entry> | undefined {
  if (!line.startsWith('{')) {
    return undefined;
  }
  try {
    return entry.safeParse(JSON.parse(line)).data;
  } catch {
    // Half a line, or an object that somebody printed for people.
    return undefined;
  }
}
