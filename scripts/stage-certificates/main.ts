/** `npm run certificates:stage -- --stage prod`: makes or changes the certificates of a stage in AWS Secrets Manager. */
import { parseArgs } from 'node:util';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Change, changeCertificates, type SecretStore } from './certificates.ts';

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: 'dev' },
    region: { type: 'string', default: 'us-east-1' },
    'if-missing': { type: 'boolean', default: false },
    'add-authority': { type: 'boolean', default: false },
    'drop-authorities': { type: 'boolean', default: false },
  },
});
const changes = (['if-missing', 'add-authority', 'drop-authorities'] as const).filter((change) => values[change]);
if (changes.length > 1) {
  throw new Error(`Only one of --${changes.join(', --')} at a time.`);
}
const change: Change = changes[0] ?? 'renew';
const client = new SecretsManagerClient({ region: values.region });
const written = await changeCertificates(secretsManager(client), values.stage, change);
console.log(
  written.length === 0
    ? `The certificates of ${values.stage} are there.`
    : `Written: ${written.join(', ')}.\nFunctions read them within five minutes. Services read them when they start:\n` +
        ['inventory', 'payment']
          .map(
            (service) =>
              `  aws ecs update-service --cluster orders-${values.stage} --service ${service} --force-new-deployment`,
          )
          .join('\n'),
);

function secretsManager(secrets: SecretsManagerClient): SecretStore {
  return {
    read: async (name) => {
      try {
        return (await secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) {
          return undefined;
        }
        throw error;
      }
    },
    write: async (name, value) => {
      try {
        await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) {
          throw error;
        }
        await secrets.send(new CreateSecretCommand({ Name: name, SecretString: value }));
      }
    },
  };
}
