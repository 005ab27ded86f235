import type { StackConfiguration } from './configuration.ts';
import { LOCAL_REGION } from './resources/local-template.ts';

/** Where the parts of the stack are reached. */
export interface StackUrls {
  readonly http: string;
  readonly lambda: string;
  readonly endpoint: string;
  readonly dynamodb: string;
  /** `host:port`, as gRPC writes it. */
  readonly inventory: string;
  /** `host:port`, as gRPC writes it. */
  readonly payment: string;
}

/** The addresses on which the parts of the stack listen. */
export function stackUrls({ ports, externalDynamoDbUrl }: StackConfiguration): StackUrls {
  return {
    http: `http://127.0.0.1:${ports.http}`,
    lambda: `http://127.0.0.1:${ports.lambda}`,
    endpoint: `http://127.0.0.1:${ports.endpoint}`,
    dynamodb: externalDynamoDbUrl ?? `http://127.0.0.1:${ports.dynamodb}`,
    inventory: `127.0.0.1:${ports.inventory}`,
    payment: `127.0.0.1:${ports.payment}`,
  };
}

/** The addresses that the parts use for each other: where they listen, or the proxies configured before them. */
export function linkUrls(configuration: StackConfiguration): StackUrls {
  return { ...stackUrls(configuration), ...configuration.links };
}

/**
 * Points every AWS SDK of this process and its children at the local stack, with dummy credentials. The user's own profile
 * can then neither be used nor leak.
 */
export function setLocalEnvironment(environment: NodeJS.ProcessEnv, urls: StackUrls): void {
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('AWS_') && variable !== 'AWS_ENDPOINT_PORT') {
      delete environment[variable];
    }
  }
  // serverless-offline would use it as the identity of every caller.
  delete environment.AUTHORIZER;
  Object.assign(environment, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: urls.endpoint,
    // Directly to the database, so that it does not depend on the engine's process.
    AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
  });
}
