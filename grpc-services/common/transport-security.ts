import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import * as z from 'zod';
import { ConfigurationError } from './environment.ts';

/** PEM files. With `TLS_CLIENT_CA_FILE`, clients need a certificate of that authority (mutual TLS). */
export interface TransportFiles {
  readonly TLS_CERT_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
  readonly TLS_CLIENT_CA_FILE?: string | undefined;
}

/**
 * TLS from the files, or plaintext when none is named.
 *
 * @throws ConfigurationError when the certificate or the key is missing, or a file cannot be read
 */
export function serverCredentials(files: TransportFiles): ServerCredentials {
  const { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: clientAuthority } = files;
  if (certificate === undefined && key === undefined && clientAuthority === undefined) {
    return ServerCredentials.createInsecure();
  }
  if (certificate === undefined || key === undefined) {
    throw new ConfigurationError('TLS needs both TLS_CERT_FILE and TLS_KEY_FILE; set both or neither.');
  }
  const authority = clientAuthority === undefined ? null : read('TLS_CLIENT_CA_FILE', clientAuthority);
  const pair = { cert_chain: read('TLS_CERT_FILE', certificate), private_key: read('TLS_KEY_FILE', key) };
  return ServerCredentials.createSsl(authority, [pair], authority !== null);
}

/** The certificates of one side of mutual TLS, in PEM, as `npm run certificates:stage` stores them. */
const certificates = z.object({
  /** Whom to trust; two authorities while they change. */
  authorities: z.string().min(1),
  certificate: z.string().min(1),
  key: z.string().min(1),
});

/** Reads the value of a secret by its name or ARN. */
export type ReadSecret = (name: string) => Promise<string>;

/**
 * Mutual TLS by the certificates of a secret.
 *
 * @throws ConfigurationError when the secret cannot be read, or is not what `npm run certificates:stage` stores
 */
export async function secretServerCredentials(name: string, readSecret: ReadSecret): Promise<ServerCredentials> {
  try {
    const { authorities, certificate, key } = certificates.parse(JSON.parse(await readSecret(name)));
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
    return ServerCredentials.createSsl(Buffer.from(authorities), [pair], true);
  } catch (cause) {
    throw new ConfigurationError(`TLS_SECRET: ${name} has no certificates.`, { cause: withoutContents(cause) });
  }
}

/** An error of JSON.parse quotes the text, which may hold a key. */
function withoutContents(error: unknown): unknown {
  return error instanceof SyntaxError ? new SyntaxError('not JSON') : error;
}

/** Reads secrets of AWS Secrets Manager, with the credentials of the task. */
export function secretsManager(region: string, endpoint: string | undefined): ReadSecret {
  return async (name) => {
    // A service without a secret does not load the client.
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    const client = new SecretsManagerClient({ region, ...(endpoint !== undefined && { endpoint }) });
    try {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      return SecretString;
    } finally {
      client.destroy();
    }
  };
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigurationError(`${variable}: cannot read ${file}.`, { cause });
  }
}
