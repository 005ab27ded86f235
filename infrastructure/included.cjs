/**
 * What serverless.yml takes in from this folder, by the parameters of a deployment (`params` in serverless.yml):
 *
 * - `services: managed` deploys the two gRPC services with their network; `existing` calls services of your own.
 * - `strict: true` keeps every task and function in subnets without a route to the internet.
 * - `sagaVersions: false` starts sagas without versions and the alias.
 * - `mutualTls: false` leaves the calls between functions and services unencrypted within the network.
 */

/** `npm start` runs both services as processes of this machine. */
const isEmbedded = process.argv.includes('offline');

const PORTS = { inventory: 50051, payment: 50052 };

/** The functions that call a service. They alone are in the network, because a function there has no internet. */
const FUNCTION_VPC = {
  subnetIds: [{ Ref: 'PrivateSubnetA' }, { Ref: 'PrivateSubnetB' }],
  securityGroupIds: [{ 'Fn::GetAtt': ['FunctionSecurityGroup', 'GroupId'] }],
};

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('self:custom.stage');
  const services = isEmbedded ? 'existing' : await choice(resolveVariable, 'services', ['managed', 'existing']);
  const strict = await choice(resolveVariable, 'strict', ['true', 'false']);
  const mutualTls = await choice(resolveVariable, 'mutualTls', ['true', 'false']);
  const versions = (await choice(resolveVariable, 'sagaVersions', ['true', 'false'])) === 'true';
  const sagas = {
    sagaVersions: versions ? await resolveVariable('file(infrastructure/saga-versions.yml)') : {},
    orderSaga: { Ref: versions ? 'OrderSagaAlias' : 'OrderSaga' },
    refundSaga: { Ref: versions ? 'RefundSagaAlias' : 'RefundSaga' },
  };
  const { INVENTORY_GRPC_URL, PAYMENT_GRPC_URL } = process.env;
  if (services === 'existing') {
    return {
      ...sagas,
      network: {},
      services: {},
      inventoryService: {},
      paymentService: {},
      strict,
      mutualTls,
      functionVpc: null,
      tlsSecret: process.env.GRPC_TLS_SECRET || '',
      inventoryUrl: INVENTORY_GRPC_URL || `127.0.0.1:${PORTS.inventory}`,
      paymentUrl: PAYMENT_GRPC_URL || `127.0.0.1:${PORTS.payment}`,
    };
  }
  const scheme = mutualTls === 'true' ? 'grpcs' : 'grpc';
  const url = (name) => `${scheme}://${name}.orders-${stage}.internal:${PORTS[name]}`;
  return {
    ...sagas,
    network: await resolveVariable('file(infrastructure/network.yml)'),
    services: await resolveVariable('file(infrastructure/services.yml)'),
    inventoryService: await resolveVariable('file(infrastructure/inventory-service.yml)'),
    paymentService: await resolveVariable('file(infrastructure/payment-service.yml)'),
    strict,
    mutualTls,
    functionVpc: FUNCTION_VPC,
    tlsSecret: mutualTls === 'true' ? `orders/${stage}/grpc/functions` : '',
    inventoryUrl: url('inventory'),
    paymentUrl: url('payment'),
  };
};

/** @throws Error naming the parameter and its values */
async function choice(resolveVariable, name, allowed) {
  const value = String(await resolveVariable(`param:${name}`));
  if (!allowed.includes(value)) {
    throw new Error(`The parameter ${name} is '${value}'; it must be ${allowed.join(' or ')}.`);
  }
  return value;
}
