import { z } from 'zod';

/** pino's number for `error`; its `fatal` is 60. */
const PINO_ERROR = 50;
const FAULTY_LEVELS: ReadonlySet<string> = new Set(['ERROR', 'CRITICAL', 'FATAL']);

/** What is in a log although no process of ours writes it on purpose. */
const CRASH = /^\s+at .+:\d+:\d+\)?$|\b(Unhandled|Uncaught)\b|^\w*Error: |FATAL ERROR|panicked at/i;

const entry = z.looseObject({ level: z.union([z.number(), z.string()]).optional() });

/** The lines of a log that tell of a fault of ours: entries of level error or above, and what a crash leaves behind. */
export function faultsInLog(text: string): readonly string[] {
  return text.split('\n').filter((line) => {
    const written = entryOf(line);
    return written === undefined ? CRASH.test(line) : isFaulty(written.level);
  });
}

function isFaulty(level: number | string | undefined): boolean {
  return typeof level === 'number' ? level >= PINO_ERROR : FAULTY_LEVELS.has(level?.toUpperCase() ?? '');
}

function entryOf(line: string): z.infer<typeof entry> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return entry.safeParse(JSON.parse(line)).data;
  } catch {
    // Half a line, or an object that somebody printed for people.
    return undefined;
  }
}
