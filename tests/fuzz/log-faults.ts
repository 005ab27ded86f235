import * as z from 'zod';
import * as errors from '../../functions/common/errors.ts';

/** pino's level `error`; `fatal` is 60. */
const PINO_ERROR = 50;
const FAULTY_LEVELS: ReadonlySet<string> = new Set(['ERROR', 'CRITICAL', 'FATAL']);

/** Traces of a crash. */
const CRASH = /\bUnhandled rejection\b|\bUncaught\b|FATAL ERROR|panicked at/i;

/** First line of a printed error, with or without serverless-offline's prefix. */
const PRINTED = /^(?:× )?(?:.*invoke of '[\w-]+': )?(?<name>\w*Error)(?:: (?<message>.*))?$/;

/** Errors that the saga handles. serverless-offline prints every error that a function throws. */
const HANDLED_BY_SAGA: ReadonlySet<string> = new Set(
  Object.keys(errors).filter(
    (name) => !['ServiceContractError', 'InvalidTaskInputError', 'NeedsAttentionError'].includes(name),
  ),
);

const entry = z.looseObject({ level: z.union([z.number(), z.string()]).optional() });

/** Returns the lines of a log that report an internal error: entries of level error or above, and traces of a crash. */
export function faultsInLog(text: string): readonly string[] {
  return text.split('\n').filter((line) => {
    const written = entryOf(line);
    return written === undefined ? CRASH.test(line) || isInternalError(line) : isFaulty(written.level);
  });
}

function isInternalError(line: string): boolean {
  const { name = '', message } = PRINTED.exec(line)?.groups ?? {};
  // The authorizer throws this to make API Gateway answer 401.
  const isRefusal = name === 'Error' && message === 'Unauthorized';
  return name !== '' && !isRefusal && !HANDLED_BY_SAGA.has(name);
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
    // A truncated line, or an object printed for people.
    return undefined;
  }
}
