import { expect, test } from '@jest/globals';
import { clientPackage } from './client-package.ts';

test.each([
  ['sns', 'sns'],
  ['events', 'eventbridge'],
  ['secretsmanager', 'secrets-manager'],
  ['SECRETS_MANAGER', 'secrets-manager'],
  ['cloudwatchlogs', 'cloudwatch-logs'],
  ['databasemigration', 'database-migration-service'],
  ['cognitoidentityprovider', 'cognito-identity-provider'],
  ['constructor', 'constructor'],
])('the service %s is called with the package @aws-sdk/client-%s', (service, name) => {
  expect(clientPackage(service)).toBe(`@aws-sdk/client-${name}`);
});
