/**
 * The Serverless plugin that makes `serverless deploy` work against LocalStack. It acts only when AWS_ENDPOINT_URL is set; on
 * AWS itself it changes nothing.
 */
const API_ID = 'orders';

module.exports = class LocalStackPlugin {
  constructor(serverless) {
    this.hooks = {};
    if (!process.env.AWS_ENDPOINT_URL) {
      return;
    }
    addressBucketsByPath(serverless.getProvider('aws'));
    this.hooks['before:package:initialize'] = () => refuseUncheckedCredentials(serverless);
    this.hooks['after:aws:package:finalize:mergeCustomProviderResources'] = () => {
      fixApiId(serverless);
      leaveOutAlarms(serverless);
    };
  }
};

/** @throws Error where callers would believe that somebody checks their credentials, and nobody does */
function refuseUncheckedCredentials({ service: { custom }, classes }) {
  if (custom.authMode !== 'none' && !process.env.LOCALSTACK_AUTH_TOKEN) {
    const { AWS_ENDPOINT_URL: address } = process.env;
    throw new classes.Error(
      `AWS_ENDPOINT_URL leads to ${address} instead of AWS: unset it to deploy to AWS. For LocalStack: AUTH_MODE is ` +
        `'${custom.authMode}', and its free image runs no authorizers, so every call would be open. Take --stage local and ` +
        'leave AUTH_MODE out, or set LOCALSTACK_AUTH_TOKEN and LOCALSTACK_IMAGE.',
    );
  }
}

/** The SDK prefixes the host with the bucket's name by default, which resolves only on AWS. */
function addressBucketsByPath(provider) {
  const awsConfiguration = provider.getAwsSdkV3Config;
  if (typeof awsConfiguration !== 'function') {
    throw new Error(
      'This version of osls has no getAwsSdkV3Config; localstack/serverless-plugin.cjs needs another way.',
    );
  }
  provider.getAwsSdkV3Config = async function withPathStyle(...options) {
    return { ...(await awsConfiguration.apply(this, options)), forcePathStyle: true };
  };
}

/** LocalStack uses this tag as the API's id, so that its URL is the same after every `up`. */
function fixApiId(serverless) {
  const { Resources: resources } = serverless.service.provider.compiledCloudFormationTemplate;
  const { Properties: properties } = resources.ApiGatewayRestApi;
  properties.Tags = [...(properties.Tags ?? []), { Key: '_custom_id_', Value: API_ID }];
}

/** LocalStack's free image has no dashboards, and nobody is told of alarms there. */
function leaveOutAlarms(serverless) {
  const { Resources: resources } = serverless.service.provider.compiledCloudFormationTemplate;
  for (const [id, { Type: type }] of Object.entries(resources)) {
    if (/^AWS::(CloudWatch|SNS)::/.test(type)) {
      delete resources[id];
    }
  }
}
