import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { ConfigurationError } from '../common/configuration.ts';
import type { Authenticate } from './authentication.ts';
import type { Role } from './roles.ts';

/** The rules for an acceptable bearer token (a JWT, RFC 7519). */
export interface BearerTokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** The only accepted algorithm. A token must not choose it itself (RFC 8725, section 3.1). */
  readonly algorithm: 'RS256' | 'ES256';
  readonly clockToleranceSeconds: number;
  /** The URL of the issuer's keys (RFC 7517), or its only public key in PEM. */
  readonly keys: { readonly jwksUrl: URL } | { readonly publicKeyPem: string };
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const MAX_TOKEN_LENGTH = 8 * 1024;
const OPERATOR_SCOPE = 'orders:operate';
const MAX_SUBJECT_LENGTH = 255;
const KEYS_TIMEOUT_MS = 3_000;

/** Errors that make a token unacceptable. Every other error is our fault or the issuer's. */
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
 * Authenticates callers by the `sub` of a bearer token with a valid signature, issuer, audience and lifetime. An operator's
 * token has the claim `role: operator` or the scope `orders:operate`; every other token is a customer's.
 *
 * @throws ConfigurationError where the public key is not valid; the returned function where the issuer's keys cannot be fetched
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
    const [, token] = credentials.length > MAX_TOKEN_LENGTH ? [] : (BEARER.exec(credentials.trim()) ?? []);
    if (token === undefined) {
      return { outcome: 'REFUSED', why: 'no bearer token in the Authorization header' };
    }
    try {
      const { payload } = await jwtVerify(token, keys, options);
      const { sub } = payload;
      if (sub === undefined || sub === '' || sub.length > MAX_SUBJECT_LENGTH) {
        return { outcome: 'REFUSED', why: 'a bearer token without a subject of 1 to 255 characters' };
      }
      return { outcome: 'AUTHENTICATED', caller: { owner: sub, role: roleOf(payload) } };
    } catch (error) {
      if (error instanceof errors.JOSEError && REFUSALS.has(error.code)) {
        return { outcome: 'REFUSED', why: error.code };
      }
      throw error;
    }
  };
}

/** The role of a token: the `scope` of RFC 8693, section 4.2, is a list with spaces in between. */
function roleOf({ role, scope }: JWTPayload): Role {
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  return role === 'operator' || scopes.includes(OPERATOR_SCOPE) ? 'operator' : 'customer';
}

function keySource({ keys }: BearerTokenRules): JWTVerifyGetKey {
  if ('jwksUrl' in keys) {
    return createRemoteJWKSet(keys.jwksUrl, { timeoutDuration: KEYS_TIMEOUT_MS });
  }
  const key = publicKey(keys.publicKeyPem);
  return async () => key;
}

function publicKey(pem: string) {
  // A private key would work too, but does not belong here.
  if (pem.includes('PRIVATE KEY')) {
    throw new ConfigurationError('JWT_PUBLIC_KEY is a private key; give the public one');
  }
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new ConfigurationError('JWT_PUBLIC_KEY must be a public key in PEM (-----BEGIN PUBLIC KEY-----)', { cause });
  }
}
