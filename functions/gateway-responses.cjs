/**
 * CloudFormation that makes API Gateway's own answers (no credentials, no such path, too much at once) speak in the envelope
 * of the API. The embedded stack's reverse proxy does the same from the same table.
 */
const { GATEWAY_ANSWERS } = require('./http/gateway-answers.ts');

module.exports = async () => ({
  Resources: Object.fromEntries(
    Object.entries(GATEWAY_ANSWERS).map(([type, answer]) => [logicalId(type), gatewayResponse(type, answer)]),
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
