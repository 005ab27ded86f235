import * as z from 'zod';
import { ConfigurationError } from '../../functions/common/configuration.ts';

/** The addresses of a stack that a load and its checker talk to. */
export interface StackAddresses {
  /** Base URL of the HTTP API. */
  readonly http: string;
  /** URL at which DynamoDB and Step Functions answer. */
  readonly aws: string;
  /** host:port of the Inventory service. */
  readonly inventory: string;
}

/** The addresses from the environment variables of `npm start`, and its defaults. */
export function stackAddressesFrom(environment: Readonly<Record<string, string | undefined>>): StackAddresses {
  return {
    http: `http://127.0.0.1:${environment.HTTP_PORT || 3000}`,
    aws: environment.AWS_ENDPOINT_URL || `http://127.0.0.1:${environment.AWS_ENDPOINT_PORT || 4566}`,
    inventory: environment.INVENTORY_GRPC_URL || `127.0.0.1:${environment.INVENTORY_PORT || 50051}`,
  };
}

const health = z.object({ data: z.object({ state: z.literal('UP') }) });

/** Whether this order API, and no other server, answers at a base URL. */
export async function isServing(http: string): Promise<boolean> {
  try {
    const response = await fetch(`${http.replace(/\/+$/, '')}/health`, { signal: AbortSignal.timeout(5_000) });
    return health.safeParse(await response.json()).success;
  } catch {
    // Refused, silent or no JSON: it is not our API.
    return false;
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Keeps load on this machine, unless another one is allowed explicitly.
 *
 * @param address a URL, or host:port
 * @throws {ConfigurationError} it is no address, or it is another machine's and `allowRemote` is false
 */
export function refuseRemote(address: string, allowRemote: boolean): void {
  const hostname = URL.parse(address.includes('://') ? address : `tcp://${address}`)?.hostname;
  if (hostname === undefined) {
    throw new ConfigurationError(
      `${address} is no address; look at HTTP_PORT, AWS_ENDPOINT_PORT, AWS_ENDPOINT_URL, INVENTORY_PORT and INVENTORY_GRPC_URL.`,
    );
  }
  if (allowRemote || LOOPBACK.test(hostname)) {
    return;
  }
  throw new ConfigurationError(
    `${address} is not this machine (127.0.0.1, localhost). Load another one only with --allow-remote.`,
  );
}
