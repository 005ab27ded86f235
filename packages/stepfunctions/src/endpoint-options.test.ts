import { expect, test } from '@jest/globals';
import { endpointsIn, endpointsOf } from './endpoint-options.ts';
import { settingsOf } from './options.ts';

const URL = 'http://localhost:5000';

test('endpoints are read from flags, by any spelling of a service', () => {
  expect(endpointsOf([`sns=${URL}`, `secrets-manager=${URL}/a=b`, `events=${URL}`])).toEqual({
    sns: URL,
    secretsmanager: `${URL}/a=b`,
    eventbridge: URL,
  });
});

test.each(['sns', '=http://localhost', 'http://localhost:5000', 'sns='])(
  'the flag --endpoint %s is refused',
  (flag) => {
    expect(() => endpointsOf([flag])).toThrow(`is '${flag}', but must be SERVICE=URL`);
  },
);

test('endpoints are read from the variables of AWS’s SDKs, but not those of services that the engine serves', () => {
  const environment = {
    AWS_ENDPOINT_URL: 'http://localhost:8083',
    AWS_ENDPOINT_URL_SNS: URL,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: URL,
    AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8083',
    AWS_ENDPOINT_URL_SFN: 'http://localhost:8083',
    AWS_ENDPOINT_URL_SQS: '',
  };
  expect(endpointsIn(environment)).toEqual({ sns: URL, secretsmanager: URL });
});

test('the endpoints of Lambda and DynamoDB may be given like those of other services', () => {
  const { lambdaEndpoint, dynamodbEndpoint, endpoints } = settingsOf({
    dataDir: ':memory:',
    endpoints: { lambda: URL, dynamodb: URL, sns: URL },
  });
  expect({ lambdaEndpoint, dynamodbEndpoint, endpoints }).toEqual({
    lambdaEndpoint: URL,
    dynamodbEndpoint: URL,
    endpoints: new Map([['sns', URL]]),
  });
  expect(() => settingsOf({ dataDir: ':memory:', endpoints: { sns: 'localhost' } })).toThrow('must be a URL');
});
