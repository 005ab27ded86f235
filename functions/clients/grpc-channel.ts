import { readFileSync } from 'node:fs';
import { ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { secretChannelCredentials } from './secret-certificates.ts';

/** Where a gRPC service listens. */
export interface ServiceAddress {
  /** `host:port`, as grpc-js takes it. */
  readonly target: string;
  readonly encrypted: boolean;
}

/**
 * Reads `host:port`, `grpc://host:port` (both plaintext) or `grpcs://host:port` (TLS).
 *
 * @throws Error naming the text and what it must be
 */
export function parseServiceAddress(text: string): ServiceAddress {
  const [, scheme = 'grpc', host, port] =
    /^(?:(grpcs?):\/\/)?(\[[0-9a-f:.]+\]|[^:/?#\s]+):(\d{1,5})\/?$/i.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    throw new Error(`"${text}" is not a service address; write host:port, grpc://host:port or grpcs://host:port`);
  }
  return { target: `${host}:${port}`, encrypted: scheme.toLowerCase() === 'grpcs' };
}

/** PEM files of a TLS connection. Without a CA file, the system's own authorities are trusted. */
export interface TlsFiles {
  readonly GRPC_CA_FILE?: string | undefined;
  readonly GRPC_CLIENT_CERT_FILE?: string | undefined;
  readonly GRPC_CLIENT_KEY_FILE?: string | undefined;
  /** The secret with these certificates, in place of the files. */
  readonly GRPC_TLS_SECRET?: string | undefined;
}

/**
 * Credentials of a channel: plaintext for `grpc://`, TLS for `grpcs://`, mutual TLS with a client certificate.
 *
 * A connection is never less secure than its configuration asks for.
 *
 * @throws Error where a plaintext address comes with files, a certificate without its key, or a file cannot be read
 */
export function channelCredentials({ target, encrypted }: ServiceAddress, files: TlsFiles): ChannelCredentials {
  const { GRPC_CA_FILE: authority, GRPC_CLIENT_CERT_FILE: certificate, GRPC_CLIENT_KEY_FILE: key } = files;
  const { GRPC_TLS_SECRET: secret } = files;
  if (secret !== undefined) {
    if (!encrypted || authority !== undefined || certificate !== undefined || key !== undefined) {
      throw new Error(`GRPC_TLS_SECRET needs a grpcs:// address instead of ${target}, and no certificate files`);
    }
    return secretChannelCredentials(secret);
  }
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

/**
 * Options of every channel. A service that was away is found again within seconds; the default back-off grows to two
 * minutes. Keepalives detect a connection whose other end has vanished while calls wait on it. Calls go in turn to every
 * address that the name of a service has; the services close old connections, so that the name is looked up again.
 */
const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  // Without it every lookup asks for a TXT record too.
  'grpc.service_config_disable_resolution': 1,
  // Statistics that nobody reads, kept of every call.
  'grpc.enable_channelz': 0,
  'grpc.dns_min_time_between_resolutions_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/**
 * The options of a channel to this target. A proxy that the environment names (`grpc_proxy`, `https_proxy`, `http_proxy`) is
 * never asked for this machine: to a proxy elsewhere, its loopback address is another one.
 *
 * @param target `host:port`
 */
export function channelOptions(target: string): ChannelOptions {
  return isLoopback(target) ? { ...CHANNEL_OPTIONS, 'grpc.enable_http_proxy': 0 } : CHANNEL_OPTIONS;
}

function isLoopback(target: string): boolean {
  return /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\]):\d+$/i.test(target);
}
