import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
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

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigurationError(`${variable}: cannot read ${file}.`, { cause });
  }
}
