import { open } from 'node:fs/promises';
import { type Exchange, exchangeSchema } from '../../answers/exchange.ts';

/** Follows an exchange log while it is being written. */
export class ExchangeTail {
  readonly #file: string;
  #offset = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** The exchanges written since the last call; none while the log does not exist yet. */
  async next(): Promise<readonly Exchange[]> {
    const handle = await open(this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    if (handle === undefined) {
      return [];
    }
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read({ buffer: Buffer.alloc(size - this.#offset), position: this.#offset });
      const written = buffer.subarray(0, buffer.lastIndexOf('\n') + 1);
      this.#offset += written.length;
      return written
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => exchangeSchema.parse(JSON.parse(line)));
    } finally {
      await handle.close();
    }
  }
}
