import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Json } from '../language/json.ts';
import { invalidToken } from './api-error.ts';

const SIGNATURE_BYTES = 16;

/** Page tokens: the position where a listing continues, signed with HMAC so that only this engine's tokens are accepted. */
export class PageTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @param listing what is listed, filters included: the token is good for the same listing only */
  seal(listing: Json, position: Json): string {
    const text = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.#signatureOf(listing, text), text]).toString('base64url');
  }

  /** @throws {ApiError} InvalidToken */
  open(listing: Json, token: string): Json {
    const bytes = Buffer.from(token, 'base64url');
    const text = bytes.subarray(SIGNATURE_BYTES);
    const expected = this.#signatureOf(listing, text);
    if (bytes.length <= SIGNATURE_BYTES || !timingSafeEqual(expected, bytes.subarray(0, SIGNATURE_BYTES))) {
      throw invalidToken();
    }
    return JSON.parse(text.toString()) as Json;
  }

  #signatureOf(listing: Json, text: Buffer): Buffer {
    const signature = createHmac('sha256', this.#secret).update(JSON.stringify(listing)).update(text).digest();
    return signature.subarray(0, SIGNATURE_BYTES);
  }
}
