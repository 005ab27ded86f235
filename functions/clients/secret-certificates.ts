import { type ChannelCredentials, experimental } from '@grpc/grpc-js';
import * as z from 'zod';
import { asError, rootLogger } from '../common/logger.ts';

/** The certificates of one side of mutual TLS, in PEM, as `npm run certificates:stage` stores them. */
const certificatesSchema = z.object({
  /** Whom to trust; two authorities while they change. */
  authorities: z.string().min(1),
  certificate: z.string().min(1),
  key: z.string().min(1),
});

/** The certificates of one side of mutual TLS. */
export type Certificates = Readonly<z.output<typeof certificatesSchema>>;

/** How often a secret is read again. A rotated certificate is used within that time by new connections. */
const REFRESH_MS = 300_000;
/** Pause after a secret could not be read and nothing older is there. */
const RETRY_MS = 1_000;

type CaListener = Parameters<experimental.CertificateProvider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<experimental.CertificateProvider['addIdentityCertificateListener']>[0];

/** Times in milliseconds. */
interface Rhythm {
  readonly refreshMs: number;
  readonly retryMs: number;
}

/** Credentials of mutual TLS by the certificates of a secret of AWS Secrets Manager, read at the first call. */
export function secretChannelCredentials(name: string, read: ReadSecret = readFromSecretsManager): ChannelCredentials {
  const provider = createSecretCertificates(() => read(name));
  return experimental.createCertificateProviderChannelCredentials(provider, provider);
}

/** The certificates of a secret. @throws Error which does not quote the secret */
export async function readSecretCertificates(
  name: string,
  read: ReadSecret = readFromSecretsManager,
): Promise<Certificates> {
  return parse(await read(name));
}

/** Reads the value of a secret by its name or ARN. */
export type ReadSecret = (name: string) => Promise<string>;

async function readFromSecretsManager(name: string): Promise<string> {
  // A place without secrets does not load the client.
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({});
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return SecretString;
  } finally {
    client.destroy();
  }
}

/**
 * Gives a secret's certificates to channels, and reads them again from time to time. What was read stays in use while the
 * secret cannot be read.
 */
export function createSecretCertificates(
  read: () => Promise<string>,
  { refreshMs, retryMs }: Rhythm = { refreshMs: REFRESH_MS, retryMs: RETRY_MS },
): experimental.CertificateProvider {
  const caListeners = new Set<CaListener>();
  const identityListeners = new Set<IdentityListener>();
  let latest: Certificates | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tellCa = (listener: CaListener) =>
    listener(latest === undefined ? null : { caCertificate: Buffer.from(latest.authorities) });
  const tellIdentity = (listener: IdentityListener) =>
    listener(
      latest === undefined
        ? null
        : { certificate: Buffer.from(latest.certificate), privateKey: Buffer.from(latest.key) },
    );
  const refresh = async (): Promise<void> => {
    try {
      latest = parse(await read());
    } catch (error) {
      rootLogger().error('the certificates of the services cannot be read', { error: asError(error) });
    }
    if (timer === undefined) {
      return;
    }
    caListeners.forEach(tellCa);
    identityListeners.forEach(tellIdentity);
    timer = setTimeout(refresh, latest === undefined ? retryMs : refreshMs).unref();
  };
  const start = (): void => {
    if (timer === undefined) {
      timer = setTimeout(refresh, 0);
    }
  };
  const stop = (): void => {
    if (caListeners.size + identityListeners.size === 0) {
      clearTimeout(timer);
      timer = undefined;
    }
  };
  return {
    addCaCertificateListener: (listener) => {
      caListeners.add(listener);
      start();
      if (latest !== undefined) {
        process.nextTick(tellCa, listener);
      }
    },
    removeCaCertificateListener: (listener) => {
      caListeners.delete(listener);
      stop();
    },
    addIdentityCertificateListener: (listener) => {
      identityListeners.add(listener);
      start();
      if (latest !== undefined) {
        process.nextTick(tellIdentity, listener);
      }
    },
    removeIdentityCertificateListener: (listener) => {
      identityListeners.delete(listener);
      stop();
    },
  };
}

/** @throws Error which does not quote the secret */
function parse(text: string): Certificates {
  try {
    return certificatesSchema.parse(JSON.parse(text));
  } catch (error) {
    throw error instanceof SyntaxError ? new Error('the secret is not JSON') : error;
  }
}
