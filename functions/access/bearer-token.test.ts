import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { listenOnFreePort } from '../../tests/support/free-port.ts';
import { authenticateByBearerToken, type BearerTokenRules } from './bearer-token.ts';

const RULES = {
  issuer: 'https://issuer.example',
  audience: 'orders',
  algorithm: 'ES256',
  clockToleranceSeconds: 5,
} as const;

let ours: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
let foreign: typeof ours;
let publicKeyPem: string;
let keysServer: Server;
let requests = 0;

beforeAll(async () => {
  ours = await generateKeyPair('ES256', { extractable: true });
  foreign = await generateKeyPair('ES256');
  publicKeyPem = await exportSPKI(ours.publicKey);
  const key = { ...(await exportJWK(ours.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
  keysServer = createServer((_request, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [key] }));
  });
  await listenOnFreePort(keysServer);
});
afterAll(() => {
  keysServer.close();
  keysServer.closeAllConnections();
});

function bearer(credentials: string | undefined) {
  return (name: string) => (name === 'Authorization' ? credentials : undefined);
}

/** Valid claims with the given changes; undefined leaves a claim out. */
function payload(change: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return { iss: RULES.issuer, aud: RULES.audience, sub: 'ann', iat: now, exp: now + 60, ...change };
}

function signed(claims: JWTPayload, key = ours.privateKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key-1' }).sign(key);
}

function rules(): BearerTokenRules {
  return { ...RULES, keys: { publicKeyPem } };
}
async function answerTo(token: string, scheme = 'Bearer') {
  return authenticateByBearerToken(rules())(bearer(`${scheme} ${token}`));
}

test('a valid bearer token authenticates its subject', async () => {
  const answer = await answerTo(await signed(payload()));
  expect(answer).toEqual({ outcome: 'AUTHENTICATED', caller: { owner: 'ann', role: 'customer' } });
});

test.each([
  [{ role: 'operator' }, 'operator'],
  [{ scope: 'openid orders:operate' }, 'operator'],
  [{ role: 'customer' }, 'customer'],
  [{ role: ['operator'] }, 'customer'],
  [{ scope: 'orders:operated' }, 'customer'],
])('a bearer token with %j is that of a caller with the role %s', async (claims, role) => {
  expect(await answerTo(await signed(payload(claims)))).toMatchObject({ caller: { role } });
});

describe('a bearer token is refused', () => {
  const now = Math.floor(Date.now() / 1000);
  test.each<readonly [string, () => Promise<string>]>([
    ['another issuer', () => signed(payload({ iss: 'https://elsewhere.example' }))],
    ['a token for another API', () => signed(payload({ aud: 'billing' }))],
    ['a token without an audience', () => signed(payload({ aud: undefined }))],
    ['a token that has run out', () => signed(payload({ exp: now - 6 }))],
    ['a token that never runs out', () => signed(payload({ exp: undefined }))],
    ['a token of the future', () => signed(payload({ nbf: now + 60 }))],
    ['a token without a subject', () => signed(payload({ sub: undefined }))],
    ['an empty subject', () => signed(payload({ sub: '' }))],
    ['a subject without end', () => signed(payload({ sub: 'x'.repeat(256) }))],
    ['another signer', () => signed(payload(), foreign.privateKey)],
    ['no signature', async () => new UnsecuredJWT(payload()).encode()],
    [
      'the public key used as an HMAC secret',
      () => new SignJWT(payload()).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(publicKeyPem)),
    ],
    ['a changed payload', async () => (await signed(payload())).replace(/\.[^.]+\./, `.${btoa('{"sub":"bob"}')}.`)],
    ['no token', async () => 'nonsense'],
    ['a token without end', async () => 'x'.repeat(10_000)],
  ])('because of: %s', async (_what, make) => {
    expect(await answerTo(await make())).toMatchObject({ outcome: 'REFUSED' });
  });

  test('under another scheme, and no credentials are refused too', async () => {
    expect(await answerTo(await signed(payload()), 'Basic')).toMatchObject({ outcome: 'REFUSED' });
    expect(await authenticateByBearerToken(rules())(bearer(undefined))).toMatchObject({ outcome: 'REFUSED' });
  });
});

test('a token from a clock within the tolerance is accepted', async () => {
  const now = Math.floor(Date.now() / 1000);
  expect(await answerTo(await signed(payload({ nbf: now + 3 })))).toMatchObject({ outcome: 'AUTHENTICATED' });
});

describe('keys that the issuer publishes at a URL', () => {
  const byUrl = (port: number) =>
    authenticateByBearerToken({ ...RULES, keys: { jwksUrl: new URL(`http://127.0.0.1:${port}/keys`) } });

  test('are fetched once for many tokens', async () => {
    const before = requests;
    const authenticate = byUrl((keysServer.address() as AddressInfo).port);
    for (const sub of ['ann', 'bob']) {
      const credentials = bearer(`Bearer ${await signed(payload({ sub }))}`);
      expect(await authenticate(credentials)).toEqual({
        outcome: 'AUTHENTICATED',
        caller: { owner: sub, role: 'customer' },
      });
    }
    expect(requests - before).toBe(1);
  });

  test('make a failure, not a refusal, when they cannot be fetched', async () => {
    const closed = createServer();
    const port = await listenOnFreePort(closed);
    await new Promise((resolve) => closed.close(resolve));
    await expect(byUrl(port)(bearer(`Bearer ${await signed(payload())}`))).rejects.toThrow();
  });
});

test('a text that is not a public key is refused at the start', async () => {
  const withPem = (pem: string) => () => authenticateByBearerToken({ ...RULES, keys: { publicKeyPem: pem } });
  expect(withPem('nonsense')).toThrow('must be a public key in PEM');
  expect(withPem(`-----BEGIN ${'PRIVATE'} KEY-----`)).toThrow('is a private key');
});

describe('a published set of keys', () => {
  /** Serves the body as the issuer's keys, and authenticates a token by them. */
  async function answerWith(status: number, body: string, token: string) {
    const issuer = createServer((_request, response) => void response.writeHead(status).end(body));
    const port = await listenOnFreePort(issuer);
    const keys = { jwksUrl: new URL(`http://127.0.0.1:${port}/keys`) };
    try {
      return await authenticateByBearerToken({ ...RULES, keys })(bearer(`Bearer ${token}`));
    } finally {
      issuer.closeAllConnections();
      issuer.close();
    }
  }
  async function published(kid?: string) {
    return { ...(await exportJWK(ours.publicKey)), alg: 'ES256', use: 'sig', ...(kid === undefined ? {} : { kid }) };
  }
  function signedWith(header: Readonly<Record<string, unknown>>) {
    return new SignJWT(payload()).setProtectedHeader({ alg: 'ES256', ...header }).sign(ours.privateKey);
  }

  test('does not have the key of a token: the token is refused, because nothing is out of reach', async () => {
    const keys = JSON.stringify({ keys: [await published('key-1')] });
    expect(await answerWith(200, keys, await signedWith({ kid: 'key-2' }))).toEqual({
      outcome: 'REFUSED',
      why: 'ERR_JWKS_NO_MATCHING_KEY',
    });
    expect(await answerWith(200, '{"keys":[]}', await signedWith({ kid: 'key-1' }))).toMatchObject({
      outcome: 'REFUSED',
    });
  });

  test('has several keys for a token that names none: the token is refused', async () => {
    const keys = JSON.stringify({ keys: [await published('key-1'), await published('key-2')] });
    expect(await answerWith(200, keys, await signedWith({}))).toEqual({
      outcome: 'REFUSED',
      why: 'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
    });
    expect(await answerWith(200, keys, await signedWith({ kid: 'key-2' }))).toMatchObject({ outcome: 'AUTHENTICATED' });
  });

  test.each([
    ['an error', 500, 'out of order'],
    ['no JSON', 200, '<html>'],
    ['no set of keys', 200, '{"keys":1}'],
  ])('that the issuer answers with %s is a failure, not a refusal', async (_what, status, body) => {
    await expect(answerWith(status, body, await signedWith({ kid: 'key-1' }))).rejects.toThrow();
  });
});

test.each<readonly [string, () => Promise<string>, string]>([
  ['ran out', () => signed(payload({ exp: 1 })), 'ERR_JWT_EXPIRED'],
  ['is for somebody else', () => signed(payload({ aud: 'billing' })), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ['is signed by another', () => signed(payload(), foreign.privateKey), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ['is no token', async () => 'a.b', 'ERR_JWS_INVALID'],
  ['is unsigned', async () => new UnsecuredJWT(payload()).encode(), 'ERR_JOSE_ALG_NOT_ALLOWED'],
  [
    'asks for an unknown extension',
    async () => {
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${encoded({ alg: 'ES256', crit: ['b65'], b65: true })}.${encoded(payload())}.c2ln`;
    },
    'ERR_JOSE_NOT_SUPPORTED',
  ],
  [
    'has no claims',
    () => new CompactSign(Buffer.from('[]')).setProtectedHeader({ alg: 'ES256' }).sign(ours.privateKey),
    'ERR_JWT_INVALID',
  ],
])('a token that %s is refused, and the log gets the kind of fault alone', async (_what, make, why) => {
  expect(await answerTo(await make())).toEqual({ outcome: 'REFUSED', why });
});

test('the lifetime of a token ends after the tolerance of the clocks', async () => {
  const now = Math.floor(Date.now() / 1000);
  expect(await answerTo(await signed(payload({ exp: now - 3 })))).toMatchObject({ outcome: 'AUTHENTICATED' });
  expect(await answerTo(await signed(payload({ exp: now - 5 })))).toMatchObject({ outcome: 'REFUSED' });
  expect(await answerTo(await signed(payload({ nbf: now + 7 })))).toMatchObject({ outcome: 'REFUSED' });
});

test('a subject of 255 characters is an owner', async () => {
  const sub = 'x'.repeat(255);
  expect(await answerTo(await signed(payload({ sub })))).toMatchObject({
    outcome: 'AUTHENTICATED',
    caller: { owner: sub },
  });
});

test('credentials of 8,192 characters are read, one more is refused', async () => {
  const authenticate = authenticateByBearerToken(rules());
  const token = await signed(payload());
  const sized = (length: number) => bearer(`Bearer${' '.repeat(length - 6 - token.length)}${token}`);
  expect(await authenticate(sized(8_192))).toMatchObject({ outcome: 'AUTHENTICATED' });
  expect(await authenticate(sized(8_193))).toMatchObject({ outcome: 'REFUSED' });
});

test.each(['bearer', 'BEARER', ' Bearer', 'Bearer  '])('the scheme may be written as %j', async (scheme) => {
  expect(await answerTo(await signed(payload()), scheme)).toMatchObject({ outcome: 'AUTHENTICATED' });
});

test.each(['Bearer', 'Bearer x y', 'Basic Bearer x', 'xBearer x', ''])(
  'credentials of %j are refused',
  async (text) => {
    expect(await authenticateByBearerToken(rules())(bearer(text))).toEqual({
      outcome: 'REFUSED',
      why: 'no bearer token in the Authorization header',
    });
  },
);
