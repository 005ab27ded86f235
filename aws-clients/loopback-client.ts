import type { RequestSigner } from '@smithy/types';
import { callDirectly, type SdkClient } from './direct-calls.ts';
import { LoopbackHandler, type LoopbackLimits } from './loopback-handler.ts';
import { isLoopback, loopbackSigner, unsignedHeaders } from './loopback-signer.ts';

/** How a client calls a service on this machine. Of every other service it stays as the SDK makes it. */
export interface LoopbackClient {
  /** Settings for the client. */
  readonly settings: { readonly signer?: RequestSigner; readonly requestHandler?: LoopbackHandler };
  /** Gives the client the short way of `callDirectly`. Returns the client. */
  readonly shorten: <Client extends SdkClient>(client: Client) => Client;
}

/** What a client calls, and its limits. */
export interface LoopbackClientOptions {
  /** As in a signature's scope, e.g. `dynamodb`. */
  readonly service: string;
  readonly region: string | undefined;
  readonly limits: LoopbackLimits;
}

/**
 * Makes the calls of a client cheap, where its endpoint is on this machine and needs no encryption: no signature, no middleware
 * of the SDK, and connections of our own. All other endpoints are called as the SDK calls them.
 *
 * @example
 * const { settings, shorten } = loopbackClient(endpoint, options);
 * const client = shorten(new SFNClient({ endpoint, ...settings }));
 */
export function loopbackClient(
  endpoint: string | undefined,
  { service, region, limits }: LoopbackClientOptions,
): LoopbackClient {
  if (!isLoopback(endpoint)) {
    return { settings: {}, shorten: (client) => client };
  }
  const headers = { host: new URL(endpoint).host, ...unsignedHeaders(service, region) };
  return {
    settings: { ...loopbackSigner(endpoint, service, region), requestHandler: new LoopbackHandler(endpoint, limits) },
    shorten: (client) => callDirectly(client, headers),
  };
}
