import type { StackUrls } from './child-processes.ts';
import { LOCAL_REGION } from './resources/local-template.ts';

/**
 * Points every AWS SDK of this process and its children at the local stack, with credentials that are none: a profile of
 * the user's can neither be used nor leak.
 */
export function setLocalEnvironment(environment: NodeJS.ProcessEnv, urls: StackUrls): void {
  for (const variable of Object.keys(environment)) {
    if (variable.startsWith('AWS_') && variable !== 'AWS_ENDPOINT_PORT') {
      delete environment[variable];
    }
  }
  // serverless-offline would take it for every caller's identity.
  delete environment.AUTHORIZER;
  Object.assign(environment, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: urls.endpoint,
    // Straight to the database: it must not depend on the engine's process.
    AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
  });
}
