/**
 * Asks the server of this container whether a service is ready, and exits with 0 or 1. It is what an image's HEALTHCHECK
 * runs: `node health-probe.mjs inventory.v1.InventoryService`, with the server's own environment.
 */
import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials, makeClientConstructor } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';

const PATIENCE_MS = 2_000;

const [serviceName] = process.argv.slice(2);
const { PORT } = process.env;
if (serviceName === undefined || PORT === undefined) {
  console.error("Name the service, such as inventory.v1.InventoryService, and set PORT to the server's port.");
  process.exit(1);
}

const { Check: check } = healthService;
if (check === undefined) {
  throw new Error('grpc-health-check describes no Check method.');
}
const HealthClient = makeClientConstructor(healthService, 'grpc.health.v1.Health');
const client = new HealthClient(`127.0.0.1:${PORT}`, channelCredentials());

client.makeUnaryRequest(
  check.path,
  check.requestSerialize,
  check.responseDeserialize,
  { service: serviceName },
  { deadline: Date.now() + PATIENCE_MS },
  (error, answer) => {
    const state = error?.message ?? (answer !== undefined && 'status' in answer ? answer.status : 'no answer');
    console.log(`${serviceName}: ${state}`);
    process.exit(state === 'SERVING' ? 0 : 1);
  },
);

/**
 * TLS as the server has it. Its certificate is made out to its public name and this call goes to the loopback address of
 * the same container, so who answers is not in question; with mutual TLS the server's own pair is shown.
 */
function channelCredentials(): ChannelCredentials {
  const { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: clientAuthority } = process.env;
  if (certificate === undefined || key === undefined) {
    return credentials.createInsecure();
  }
  const pair = clientAuthority === undefined ? [] : [readFileSync(key), readFileSync(certificate)];
  return credentials.createSsl(null, pair[0] ?? null, pair[1] ?? null, { rejectUnauthorized: false });
}
