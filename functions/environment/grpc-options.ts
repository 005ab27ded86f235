import { channelCredentials } from '../clients/channel-security.ts';
import type { GrpcClientOptions } from '../clients/grpc-client.ts';
import { parseServiceAddress } from '../clients/service-address.ts';
import { readConfiguration } from '../common/configuration.ts';

/** How to reach the service whose address the variable holds, as the environment says. */
export function grpcOptionsFromEnvironment(variable: 'INVENTORY_GRPC_URL' | 'PAYMENT_GRPC_URL'): GrpcClientOptions {
  const configuration = readConfiguration([
    variable,
    'GRPC_DEADLINE_MS',
    'GRPC_MAX_CONCURRENT_CALLS',
    'GRPC_CA_FILE',
    'GRPC_CLIENT_CERT_FILE',
    'GRPC_CLIENT_KEY_FILE',
  ]);
  const address = parseServiceAddress(configuration[variable]);
  return {
    target: address.target,
    credentials: channelCredentials(address, configuration),
    deadlineMs: configuration.GRPC_DEADLINE_MS,
    maxConcurrentCalls: configuration.GRPC_MAX_CONCURRENT_CALLS,
  };
}
