import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, PROJECT_ROOT } from '../configuration.ts';

/** The platforms that dynoxide is published for, as Node names them. package.json lists a package for each. */
export const DYNOXIDE_PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64'] as const;

/**
 * The path of the dynoxide program (DynamoDB on SQLite) in its npm package.
 *
 * @param platform as Node names it, such as `linux-x64`. Default: this machine's.
 * @param packages the folder with the packages. Default: this project's.
 * @throws ConfigurationError saying what to do instead when no package is installed for the platform
 */
export function findDynoxide(
  platform = `${process.platform}-${process.arch}`,
  packages = join(PROJECT_ROOT, 'node_modules'),
): string {
  const program = platform.startsWith('win32') ? 'dynoxide.exe' : 'dynoxide';
  const path = join(packages, '@dynoxide', platform, program);
  if (!existsSync(path)) {
    throw new ConfigurationError(
      [
        whyMissing(platform),
        'Run a DynamoDB in another terminal, then start again with DYNAMODB_ENDPOINT_URL, which the stack uses instead:',
        '  docker run --rm -p 127.0.0.1:8000:8000 amazon/dynamodb-local -jar DynamoDBLocal.jar -sharedDb',
        '  DYNAMODB_ENDPOINT_URL=http://127.0.0.1:8000 npm start',
        'Or run the whole stack in a container: docker compose -f docker-compose.embedded.yml up',
      ].join('\n'),
    );
  }
  return path;
}

function whyMissing(platform: string): string {
  const isPublished = DYNOXIDE_PLATFORMS.some((each) => each === platform);
  return isPublished
    ? `The embedded DynamoDB is not installed: npm left out @dynoxide/${platform}. Either the registry lacks it, or optional ` +
        'packages are switched off; try: npm install --include=optional'
    : `The embedded DynamoDB does not run on ${platform}, only on ${DYNOXIDE_PLATFORMS.join(', ')}.`;
}
