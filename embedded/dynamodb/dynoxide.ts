import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, PROJECT_ROOT } from '../configuration.ts';

/**
 * The path of the dynoxide program (DynamoDB on SQLite) in its npm package.
 *
 * @param platform as Node names it, such as `linux-x64`. Default: this machine's.
 * @throws ConfigurationError saying what to run instead when no package is installed for the platform
 */
export function findDynoxide(platform = `${process.platform}-${process.arch}`): string {
  const program = platform.startsWith('win32') ? 'dynoxide.exe' : 'dynoxide';
  const path = join(PROJECT_ROOT, 'node_modules', '@dynoxide', platform, program);
  if (!existsSync(path)) {
    throw new ConfigurationError(
      [
        `No DynamoDB for this platform: the package @dynoxide/${platform} is not installed (${path}).`,
        'Run one in another terminal, then start again with DYNAMODB_ENDPOINT_URL, which the stack uses instead:',
        '  npx dynoxide --host 127.0.0.1 --port 8000 --db-path .embedded-dynamodb.sqlite',
        '  or  docker run --rm -p 127.0.0.1:8000:8000 amazon/dynamodb-local -jar DynamoDBLocal.jar -sharedDb',
        '  DYNAMODB_ENDPOINT_URL=http://127.0.0.1:8000 npm start',
      ].join('\n'),
    );
  }
  return path;
}
