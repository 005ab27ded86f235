import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseEventSecrets } from '../functions/common/event-signature.ts';
import { paymentEventSecret } from './payment-event-secret.ts';

test('a data folder keeps its secret, which only its owner can read; another folder has another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'payment-event-secret-'));
  try {
    const file = join(folder, 'one.secret');
    const secret = paymentEventSecret(file);
    expect(parseEventSecrets(secret)).toEqual([secret]);
    expect(paymentEventSecret(file)).toBe(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(paymentEventSecret(join(folder, 'other.secret'))).not.toBe(secret);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.each(['', 'whsec_cut'])('a secret of which only %j is left is made anew', async (rest) => {
  const folder = await mkdtemp(join(tmpdir(), 'payment-event-secret-'));
  try {
    const file = join(folder, 'damaged.secret');
    await writeFile(file, rest);
    const secret = paymentEventSecret(file);
    expect(parseEventSecrets(secret)).toEqual([secret]);
    expect(paymentEventSecret(file)).toBe(secret);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
