import * as z from 'zod';

/** Where the parts of a stack are reached that the load and its checker talk to. */
export interface StackAddresses {
  /** Base URL of the HTTP API. */
  readonly http: string;
  /** URL at which DynamoDB and Step Functions answer. */
  readonly aws: string;
  /** host:port of the Inventory service. */
  readonly inventory: string;
}

/** The addresses that the usual variables name; without them the defaults of `npm start`. */
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
    // Refused, silent or no JSON: not our API, which is the question.
    return false;
  }
}
