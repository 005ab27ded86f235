import { readFileSync } from 'node:fs';
import { ChannelCredentials } from '@grpc/grpc-js';
import type { ServiceAddress } from './service-address.ts';

/** PEM files of a TLS connection; without an authority the system's own are trusted. */
export interface TlsFiles {
  readonly GRPC_CA_FILE?: string | undefined;
  readonly GRPC_CLIENT_CERT_FILE?: string | undefined;
  readonly GRPC_CLIENT_KEY_FILE?: string | undefined;
}

/**
 * Plaintext for `grpc://`, TLS for `grpcs://`, mutual TLS where there is a client certificate too.
 *
 * @throws Error where files are named for a plaintext address, where a certificate comes without its key, or where a
 *   file cannot be read: a connection less secure than asked for is never made
 */
export function channelCredentials({ target, encrypted }: ServiceAddress, files: TlsFiles): ChannelCredentials {
  const { GRPC_CA_FILE: authority, GRPC_CLIENT_CERT_FILE: certificate, GRPC_CLIENT_KEY_FILE: key } = files;
  if (!encrypted) {
    if (authority === undefined && certificate === undefined && key === undefined) {
      return ChannelCredentials.createInsecure();
    }
    throw new Error(`GRPC_* certificate files are set, but ${target} is plaintext; write grpcs://${target}`);
  }
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Error('GRPC_CLIENT_CERT_FILE and GRPC_CLIENT_KEY_FILE belong together; set both or neither');
  }
  return ChannelCredentials.createSsl(
    read('GRPC_CA_FILE', authority),
    read('GRPC_CLIENT_KEY_FILE', key),
    read('GRPC_CLIENT_CERT_FILE', certificate),
  );
}

function read(variable: string, file: string | undefined): Buffer | null {
  if (file === undefined) {
    return null;
  }
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`${variable}: cannot read ${file}`, { cause });
  }
}
