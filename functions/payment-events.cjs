/**
 * The secret of the payment provider's events, and where the simulated provider reports to, for functions.yml.
 *
 * - On AWS both are as the environment says. PAYMENT_EVENT_SECRET may be a dynamic reference, such as
 *   {{resolve:secretsmanager:orders-prod/payment-events}}: CloudFormation fills it in. Without it no event is taken.
 * - On LocalStack (stage `local`) each deployment makes a secret of its own, and the simulated provider is on.
 * - On a laptop embedded/resources/local-functions.ts sets both.
 */
const { randomBytes } = require('node:crypto');

const SECRET_BYTES = 32;
const LOCAL_STAGE = 'local';
/** As in localstack/serverless-plugin.cjs. */
const LOCAL_API = '_aws/execute-api/orders/local';

const madeForThisDeployment = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

module.exports = async ({ resolveVariable }) => {
  const isLocal = (await resolveVariable('self:custom.stage')) === LOCAL_STAGE;
  const { PAYMENT_EVENT_SECRET, SIMULATED_PROVIDER_EVENTS_URL, AWS_ENDPOINT_URL } = process.env;
  const localUrl = isLocal && AWS_ENDPOINT_URL ? `${AWS_ENDPOINT_URL}/${LOCAL_API}/payment/events` : '';
  return {
    secret: PAYMENT_EVENT_SECRET || (isLocal ? madeForThisDeployment : ''),
    simulatedProviderUrl: SIMULATED_PROVIDER_EVENTS_URL || localUrl,
  };
};
