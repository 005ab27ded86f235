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
    throw new Error(`"${text}" is no service address; write host:port, grpc://host:port or grpcs://host:port`);
  }
  return { target: `${host}:${port}`, encrypted: scheme.toLowerCase() === 'grpcs' };
}
