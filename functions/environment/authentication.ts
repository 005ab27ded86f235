import { authenticateByApiKey, parseApiKeys } from '../access/api-key-register.ts';
import type { Authenticate } from '../access/authentication.ts';
import { authenticateByBearerToken, type BearerTokenRules } from '../access/bearer-token.ts';
import { readConfiguration } from '../common/configuration.ts';
import { once } from '../common/once.ts';

/** How the process finds out who calls, as AUTH_MODE says. */
export const authentication = once((): Authenticate => {
  const { AUTH_MODE } = readConfiguration(['AUTH_MODE']);
  switch (AUTH_MODE) {
    case 'none':
      return async () => ({ outcome: 'ANONYMOUS' });
    case 'api-key':
      return authenticateByApiKey(parseApiKeys(readConfiguration(['API_KEYS']).API_KEYS));
    case 'jwt':
      return authenticateByBearerToken(bearerTokenRules());
  }
});

function bearerTokenRules(): BearerTokenRules {
  const { JWT_ISSUER, JWT_AUDIENCE, JWT_ALGORITHM, JWT_CLOCK_TOLERANCE_SECONDS, JWT_JWKS_URL, JWT_PUBLIC_KEY } =
    readConfiguration([
      'JWT_ISSUER',
      'JWT_AUDIENCE',
      'JWT_ALGORITHM',
      'JWT_CLOCK_TOLERANCE_SECONDS',
      'JWT_JWKS_URL',
      'JWT_PUBLIC_KEY',
    ]);
  if ((JWT_JWKS_URL === undefined) === (JWT_PUBLIC_KEY === undefined)) {
    throw new Error('Environment variable JWT_JWKS_URL or JWT_PUBLIC_KEY must be set, and not both');
  }
  return {
    issuer: JWT_ISSUER,
    audience: JWT_AUDIENCE,
    algorithm: JWT_ALGORITHM,
    clockToleranceSeconds: JWT_CLOCK_TOLERANCE_SECONDS,
    keys: JWT_JWKS_URL === undefined ? { publicKeyPem: JWT_PUBLIC_KEY ?? '' } : { jwksUrl: new URL(JWT_JWKS_URL) },
  };
}
