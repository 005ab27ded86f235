/**
 * The HEALTHCHECK of an image: `node health-probe.mjs inventory.v1.InventoryService`, with the server's own environment.
 * Prints the health of the service, and exits with 0 if it is SERVING, else with 1.
 */
import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { checkHealth } from './health.ts';

const TIMEOUT_MS = 2_000;

const [serviceName] = process.argv.slice(2);
const { HEALTH_PORT, PORT } = process.env;
if (serviceName === undefined || PORT === undefined) {
  console.error("Name the service, such as inventory.v1.InventoryService, and set PORT to the server's port.");
  process.exit(1);
}

const health = await checkHealth({
  address: `127.0.0.1:${HEALTH_PORT || PORT}`,
  service: serviceName,
  credentials: HEALTH_PORT ? credentials.createInsecure() : channelCredentials(),
  timeoutMs: TIMEOUT_MS,
}).catch((error: unknown) => String(error instanceof Error ? error.message : error));
console.log(`${serviceName}: ${health}`);
process.exit(health === 'SERVING' ? 0 : 1);

/**
 * TLS as the server has it. The certificate names the public host and this call goes to the loopback address of the same
 * container, so the server's identity is not verified. For mutual TLS the server's own certificate is presented.
 */
function channelCredentials(): ChannelCredentials {
  const { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: clientAuthority } = process.env;
  if (certificate === undefined || key === undefined) {
    return credentials.createInsecure();
  }
  const pair = clientAuthority === undefined ? [] : [readFileSync(key), readFileSync(certificate)];
  return credentials.createSsl(null, pair[0] ?? null, pair[1] ?? null, { rejectUnauthorized: false });
}
