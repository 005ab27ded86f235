/**
 * The authorizer of the protected endpoints and its environment, by AUTH_MODE, for serverless.yml. Nothing here is a secret:
 * API keys are hashes, and of signing keys only the public half is deployed.
 */
const { readFileSync } = require('node:fs');

/** How long API Gateway caches the authorizer's policy. A revoked key may work for that long. */
const CACHED_SECONDS = 60;

const HEADERS = { 'api-key': 'X-Api-Key', jwt: 'Authorization' };

const REQUIRED_FOR_JWT = ['JWT_ISSUER', 'JWT_AUDIENCE'];
const OPTIONAL_FOR_JWT = ['JWT_ALGORITHM', 'JWT_CLOCK_TOLERANCE_SECONDS', 'JWT_JWKS_URL', 'JWT_PUBLIC_KEY'];

module.exports = accessControl;
// The stack on a laptop refuses wrong settings before the framework reads them.
module.exports.tokenRules = tokenRules;

async function accessControl({ resolveVariable }) {
  const mode = await resolveVariable('self:custom.authMode');
  const stage = await resolveVariable('self:custom.stage');
  switch (mode) {
    case 'none':
      return { authorizer: null, environment: { AUTH_MODE: mode } };
    case 'api-key':
      return { authorizer: authorizer(mode), environment: { AUTH_MODE: mode, API_KEYS: apiKeys(stage) } };
    case 'jwt':
      return { authorizer: authorizer(mode), environment: { AUTH_MODE: mode, ...tokenRules(process.env) } };
    default:
      throw new Error(`AUTH_MODE is '${mode}'; it must be none, api-key or jwt.`);
  }
}

function authorizer(mode) {
  return {
    name: 'authorizer',
    type: 'request',
    identitySource: `method.request.header.${HEADERS[mode]}`,
    resultTtlInSeconds: CACHED_SECONDS,
  };
}

/** The hashes of the keys, or the parameter from which CloudFormation reads them at every deployment. */
function apiKeys(stage) {
  return process.env.API_KEYS || `{{resolve:ssm:/orders/${stage}/api-keys}}`;
}

function tokenRules(environment) {
  const { JWT_PUBLIC_KEY_FILE: file } = environment;
  const given = file ? { ...environment, JWT_PUBLIC_KEY: publicKeyIn(file) } : environment;
  const missing = REQUIRED_FOR_JWT.filter((name) => !given[name]);
  if (missing.length > 0) {
    throw new Error(`AUTH_MODE is jwt: set ${missing.join(' and ')}.`);
  }
  if (Boolean(given.JWT_JWKS_URL) === Boolean(given.JWT_PUBLIC_KEY)) {
    throw new Error('AUTH_MODE is jwt: set one of JWT_JWKS_URL, JWT_PUBLIC_KEY and JWT_PUBLIC_KEY_FILE.');
  }
  return Object.fromEntries(
    [...REQUIRED_FOR_JWT, ...OPTIONAL_FOR_JWT].filter((name) => given[name]).map((name) => [name, given[name]]),
  );
}

function publicKeyIn(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`JWT_PUBLIC_KEY_FILE: cannot read ${file}.`, { cause });
  }
}
