import { ERROR_CODES, type ErrorCode } from '../common/errors.ts';

/** A response that API Gateway makes itself, before any function runs. */
export interface GatewayResponse {
  readonly status: number;
  readonly code: ErrorCode;
  /** A sentence for people. */
  readonly data: string;
  readonly headers: Readonly<Record<string, string>>;
}

const RETRY_AFTER = { 'Retry-After': '5' };

/**
 * API Gateway's own responses by their type, in the envelope of the API. The functions make all other responses.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const GATEWAY_RESPONSES = {
  UNAUTHORIZED: gatewayResponse(
    'UNAUTHENTICATED',
    'credentials are missing or not valid; see /docs for how to send them',
    {
      'WWW-Authenticate': 'Bearer realm="orders", ApiKey realm="orders"',
    },
  ),
  ACCESS_DENIED: gatewayResponse('FORBIDDEN', 'that is not allowed'),
  // API Gateway's type for an unknown path or method.
  MISSING_AUTHENTICATION_TOKEN: gatewayResponse('NO_SUCH_CALL', 'there is no such call; /docs lists all calls'),
  REQUEST_TOO_LARGE: gatewayResponse('BODY_TOO_LARGE', 'the body is larger than 65536 bytes; send a smaller one'),
  UNSUPPORTED_MEDIA_TYPE: gatewayResponse('UNSUPPORTED_MEDIA_TYPE', 'the body must be JSON'),
  THROTTLED: gatewayResponse(
    'OVERLOADED',
    'too many requests at once; send the request again a little later',
    RETRY_AFTER,
  ),
  AUTHORIZER_FAILURE: gatewayResponse('OVERLOADED', 'credentials cannot be checked at the moment', RETRY_AFTER),
  AUTHORIZER_CONFIGURATION_ERROR: gatewayResponse(
    'OVERLOADED',
    'credentials cannot be checked at the moment',
    RETRY_AFTER,
  ),
  DEFAULT_4XX: gatewayResponse('INVALID_REQUEST', 'the request is not valid HTTP for this API'),
  DEFAULT_5XX: gatewayResponse(
    'INTERNAL_ERROR',
    'something went wrong on our side; send the request again a little later',
  ),
} as const satisfies Record<string, GatewayResponse>;

/** A response type of API Gateway. */
export type GatewayResponseType = keyof typeof GATEWAY_RESPONSES;

function gatewayResponse(
  code: ErrorCode,
  data: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse {
  return { status: ERROR_CODES[code].status, code, data, headers };
}
