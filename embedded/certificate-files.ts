import { join } from 'node:path';

/** The folder of the certificates in the checkout, unless CERTIFICATES_DIR names another. Git ignores it. */
export const CERTIFICATES_FOLDER = '.certificates';

/** The files of mutual TLS, in PEM. */
export const CERTIFICATE_FILES = {
  authority: 'authority.pem',
  serverCertificate: 'server.pem',
  serverKey: 'server-key.pem',
  clientCertificate: 'client.pem',
  clientKey: 'client-key.pem',
} as const;

/** The environment of a service that accepts only clients with a certificate of our authority. */
export function serverTlsEnvironment(folder: string): Readonly<Record<string, string>> {
  return {
    TLS_CERT_FILE: join(folder, CERTIFICATE_FILES.serverCertificate),
    TLS_KEY_FILE: join(folder, CERTIFICATE_FILES.serverKey),
    TLS_CLIENT_CA_FILE: join(folder, CERTIFICATE_FILES.authority),
  };
}

/** The environment of a client of such a service. */
export function clientTlsEnvironment(folder: string) {
  return {
    GRPC_CA_FILE: join(folder, CERTIFICATE_FILES.authority),
    GRPC_CLIENT_CERT_FILE: join(folder, CERTIFICATE_FILES.clientCertificate),
    GRPC_CLIENT_KEY_FILE: join(folder, CERTIFICATE_FILES.clientKey),
  } as const;
}
