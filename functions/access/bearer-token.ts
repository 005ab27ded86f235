import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Authenticate } from './authentication.ts';

/** What a bearer token (a JWT, RFC 7519) must be like to be taken. */
export interface BearerTokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** The one algorithm that is taken: which one it is must not be the token's choice (RFC 8725, section 3.1). */
  readonly algorithm: 'RS256' | 'ES256';
  readonly clockToleranceSeconds: number;
  /** Where the issuer publishes its keys (RFC 7517), or its one public key in PEM. */
  readonly keys: { readonly jwksUrl: URL } | { readonly publicKeyPem: string };
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const LONGEST_TOKEN = 8 * 1024;
const LONGEST_SUBJECT = 255;
const KEYS_TIMEOUT_MS = 3_000;

/** What a token can have against it; every other error is ours or the issuer's. */
const REFUSALS: ReadonlySet<string> = new Set([
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
]);

/**
 * Knows callers by the `sub` of a bearer token whose signature, issuer, audience and times hold.
 *
 * @throws Error where the public key is none; the returned function where the issuer's keys cannot be fetched
 */
export function authenticateByBearerToken(rules: BearerTokenRules): Authenticate {
  const keys = keySource(rules);
  const options = {
    issuer: rules.issuer,
    audience: rules.audience,
    algorithms: [rules.algorithm],
    clockTolerance: rules.clockToleranceSeconds,
    requiredClaims: ['exp', 'sub'],
  };
  return async (header) => {
    const credentials = header('Authorization');
    if (credentials === undefined) {
      return { outcome: 'REFUSED', why: 'no bearer token' };
    }
    const [, token] = credentials.length > LONGEST_TOKEN ? [] : (BEARER.exec(credentials.trim()) ?? []);
    if (token === undefined) {
      return { outcome: 'REFUSED', why: 'no bearer token in the Authorization header' };
    }
    try {
      const { payload } = await jwtVerify(token, keys, options);
      const { sub } = payload;
      if (sub === undefined || sub === '' || sub.length > LONGEST_SUBJECT) {
        return { outcome: 'REFUSED', why: 'a bearer token without a subject of 1 to 255 characters' };
      }
      return { outcome: 'AUTHENTICATED', caller: { owner: sub } };
    } catch (error) {
      if (error instanceof errors.JOSEError && REFUSALS.has(error.code)) {
        return { outcome: 'REFUSED', why: error.code };
      }
      throw error;
    }
  };
}

function keySource({ keys }: BearerTokenRules): JWTVerifyGetKey {
  if ('jwksUrl' in keys) {
    return createRemoteJWKSet(keys.jwksUrl, { timeoutDuration: KEYS_TIMEOUT_MS });
  }
  const key = publicKey(keys.publicKeyPem);
  return async () => key;
}

function publicKey(pem: string) {
  // A private key would do as well, and has no business here.
  if (pem.includes('PRIVATE KEY')) {
    throw new Error('JWT_PUBLIC_KEY is a private key; give the public one');
  }
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new Error('JWT_PUBLIC_KEY must be a public key in PEM (-----BEGIN PUBLIC KEY-----)', { cause });
  }
}
