import { expect, test } from '@jest/globals';
import { awsConnectionFrom } from './aws-connection.ts';

test('an empty variable counts as unset: the checker looks at the embedded stack', () => {
  const empty = { AWS_ENDPOINT_PORT: '', AWS_ENDPOINT_URL: '', AWS_REGION: '', STAGE: '', AWS_ACCOUNT_ID: '' };
  expect(awsConnectionFrom(empty)).toEqual({
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    stage: 'dev',
    account: '000000000000',
  });
});

test.each([
  [{ AWS_ENDPOINT_PORT: 'abc' }, "AWS_ENDPOINT_PORT is 'abc'; it must be a port such as 4566."],
  [{ AWS_ENDPOINT_URL: 'nowhere' }, "AWS_ENDPOINT_URL is 'nowhere'; it must be a URL such as http://127.0.0.1:4566."],
])('a variable that leads to no address is named: %j', (environment, message) => {
  expect(() => awsConnectionFrom(environment)).toThrow(message);
});
