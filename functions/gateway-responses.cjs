/**
 * CloudFormation that puts API Gateway's own responses (no credentials, no such path, throttled) into the envelope of the API.
 * The embedded stack's reverse proxy does the same from the same table.
 */
const { GATEWAY_RESPONSES } = require('./http/gateway-responses.ts');

module.exports = async () => ({
  Resources: Object.fromEntries(
    Object.entries(GATEWAY_RESPONSES).map(([type, response]) => [logicalId(type), gatewayResponse(type, response)]),
  ),
});

function gatewayResponse(type, { status, code, data, headers }) {
  const envelope = { status, success: false, meta: { code, request_id: '$context.requestId' }, data };
  const all = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  };
  return {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResponseType: type,
      StatusCode: String(status),
      ResponseParameters: Object.fromEntries(
        Object.entries(all).map(([name, value]) => [`gatewayresponse.header.${name}`, `'${value}'`]),
      ),
      ResponseTemplates: { 'application/json': JSON.stringify(envelope) },
    },
  };
}

/** UNSUPPORTED_MEDIA_TYPE -> UnsupportedMediaTypeGatewayResponse */
function logicalId(type) {
  const words = type.split('_').map((word) => word[0] + word.slice(1).toLowerCase());
  return `${words.join('')}GatewayResponse`;
}
