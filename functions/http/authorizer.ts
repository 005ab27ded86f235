import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Authenticate } from '../access/authentication.ts';
import { type Logger, rootLogger } from '../common/logger.ts';
import { authentication } from '../environment/authentication.ts';

/** A Lambda authorizer of a REST API, of type REQUEST. */
export type Authorizer = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** API Gateway answers 401 to this very message, and 500 to any other. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Makes the authorizer: it says who calls, and the endpoints keep each owner's orders apart. Refused credentials are
 * answered with 401; where they cannot be checked at the moment (the issuer's keys are out of reach), with 503.
 */
export function createHandler(authenticate: () => Authenticate, parent: () => Logger = rootLogger): Authorizer {
  return async (event) => {
    const headers = new Map(
      Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const),
    );
    const answer = await authenticate()((name) => headers.get(name.toLowerCase())).catch((error: unknown) => {
      parent().error('credentials cannot be checked', { error: error instanceof Error ? error : String(error) });
      throw error;
    });
    switch (answer.outcome) {
      case 'AUTHENTICATED':
        return permit(event.methodArn, answer.caller.owner, { owner: answer.caller.owner });
      case 'ANONYMOUS':
        return permit(event.methodArn, 'anonymous', {});
      case 'REFUSED':
        parent().info('refused', { method: event.httpMethod, path: event.path, status: 401, why: answer.why });
        throw new Error(UNAUTHORIZED);
    }
  };
}

/** Permits every call of the API's stage: API Gateway uses the answer for the caller's other calls, too. */
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

/** Stands before every call but health and documentation where AUTH_MODE is not `none`. */
export const handler = createHandler(authentication);
