import { ERROR_CODES, type ErrorCode } from '../common/error-code.ts';

/** An answer that the gateway before the functions gives by itself. */
export interface GatewayAnswer {
  readonly status: number;
  readonly code: ErrorCode;
  /** For people. */
  readonly data: string;
  readonly headers: Readonly<Record<string, string>>;
}

const RETRY_AFTER = { 'Retry-After': '5' };

/**
 * API Gateway's own answers by their response type, in the envelope of the API. The functions answer everything else.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const GATEWAY_ANSWERS = {
  UNAUTHORIZED: gatewayAnswer(
    'UNAUTHENTICATED',
    'credentials are missing or not valid; see /docs for how to send them',
    {
      'WWW-Authenticate': 'Bearer realm="orders", ApiKey realm="orders"',
    },
  ),
  ACCESS_DENIED: gatewayAnswer('FORBIDDEN', 'that is not allowed'),
  // API Gateway's name for a path or a method that it has not.
  MISSING_AUTHENTICATION_TOKEN: gatewayAnswer('NO_SUCH_CALL', 'there is no such call; /docs has those that there are'),
  REQUEST_TOO_LARGE: gatewayAnswer('BODY_TOO_LARGE', 'the body is larger than 65536 bytes; send a smaller one'),
  UNSUPPORTED_MEDIA_TYPE: gatewayAnswer('UNSUPPORTED_MEDIA_TYPE', 'the body must be JSON'),
  THROTTLED: gatewayAnswer(
    'OVERLOADED',
    'too many requests at once; send the request again a little later',
    RETRY_AFTER,
  ),
  AUTHORIZER_FAILURE: gatewayAnswer('OVERLOADED', 'credentials cannot be checked at the moment', RETRY_AFTER),
  AUTHORIZER_CONFIGURATION_ERROR: gatewayAnswer(
    'OVERLOADED',
    'credentials cannot be checked at the moment',
    RETRY_AFTER,
  ),
  DEFAULT_4XX: gatewayAnswer('INVALID_REQUEST', 'the request is not valid HTTP for this API'),
  DEFAULT_5XX: gatewayAnswer(
    'INTERNAL_ERROR',
    'something went wrong on our side; send the request again a little later',
  ),
} as const satisfies Record<string, GatewayAnswer>;

/** A response type of API Gateway. */
export type GatewayResponseType = keyof typeof GATEWAY_ANSWERS;

function gatewayAnswer(code: ErrorCode, data: string, headers: Readonly<Record<string, string>> = {}): GatewayAnswer {
  return { status: ERROR_CODES[code].status, code, data, headers };
}
