import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Authenticate } from '../access/authentication.ts';
import { asError, type Logger, rootLogger } from '../common/logger.ts';
import { authentication } from '../environment.ts';
import { headerLookup } from './http-request.ts';

/** A Lambda authorizer of a REST API, of type REQUEST. */
export type Authorizer = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** The one error message that API Gateway answers with 401; any other becomes a 500. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Makes the authorizer. It identifies the caller; the endpoints know which role each call asks for, and keep each
 * owner's orders apart.
 *
 * Refused credentials are answered with 401. Credentials that cannot be checked at the moment, because the issuer's keys are
 * out of reach, are answered with 503.
 */
export function createHandler(authenticate: () => Authenticate, parent: () => Logger = rootLogger): Authorizer {
  return async (event) => {
    const authenticated = await authenticate()(headerLookup(event.headers)).catch((error: unknown) => {
      parent().error('credentials cannot be checked', { error: asError(error) });
      throw error;
    });
    switch (authenticated.outcome) {
      case 'AUTHENTICATED':
        return permit(event.methodArn, authenticated.caller.owner, { ...authenticated.caller });
      case 'ANONYMOUS':
        return permit(event.methodArn, 'anonymous', {});
      case 'REFUSED':
        parent().info('refused', { method: event.httpMethod, path: event.path, status: 401, why: authenticated.why });
        throw new Error(UNAUTHORIZED);
    }
  };
}

/** Permits every call of the API's stage: API Gateway caches the policy for the caller's other calls, too. */
function permit(
  methodArn: string,
  principalId: string,
  context: Readonly<Record<string, string>>,
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/');
  return {
    principalId,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*` }],
    },
    context,
  };
}

/** Runs before every call except health and documentation, unless AUTH_MODE is `none`. */
export const handler = createHandler(authentication);
