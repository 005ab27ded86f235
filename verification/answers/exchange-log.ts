import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Exchange, exchangeSchema } from './exchange.ts';

/** Adds an exchange to a log. Written at once, so that a load that is killed has still told what it knew. */
export function appendExchange(file: string, exchange: Exchange): void {
  appendFileSync(file, `${JSON.stringify(exchange)}\n`);
}

/**
 * Reads a whole log, in the order of writing. A log that was never begun is empty.
 *
 * @throws {Error} a line is not an exchange; the message names file and line.
 */
export async function readExchanges(file: string): Promise<readonly Exchange[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '';
    }
    throw error;
  });
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return exchangeSchema.parse(JSON.parse(line));
    } catch (error) {
      throw new Error(`${file}:${index + 1} is not a recorded exchange`, { cause: error });
    }
  });
}
