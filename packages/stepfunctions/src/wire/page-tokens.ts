import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Json } from '../language/json.ts';
import { invalidToken } from './api-error.ts';

const SEAL_BYTES = 16;

/** Pagination tokens: where a listing goes on, sealed so that only what this engine gave out is taken back. */
export class PageTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @param listing what is listed, its filters included: a token is good for that only */
  seal(listing: Json, position: Json): string {
    const text = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.#sealOf(listing, text), text]).toString('base64url');
  }

  /** @throws {ApiError} InvalidToken */
  open(listing: Json, token: string): Json {
    const bytes = Buffer.from(token, 'base64url');
    const text = bytes.subarray(SEAL_BYTES);
    const expected = this.#sealOf(listing, text);
    if (bytes.length <= SEAL_BYTES || !timingSafeEqual(expected, bytes.subarray(0, SEAL_BYTES))) {
      throw invalidToken();
    }
    return JSON.parse(text.toString()) as Json;
  }

  #sealOf(listing: Json, text: Buffer): Buffer {
    const seal = createHmac('sha256', this.#secret).update(JSON.stringify(listing)).update(text).digest();
    return seal.subarray(0, SEAL_BYTES);
  }
}
