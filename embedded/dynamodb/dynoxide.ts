import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, PROJECT_ROOT } from '../configuration.ts';

/**
 * The dynoxide program of this platform, from its npm package.
 *
 * @throws ConfigurationError saying what to run instead where no package is installed for the platform
 */
export function findDynoxide(): string {
  const platform = `${process.platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
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
