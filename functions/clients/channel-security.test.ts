import { expect, test } from '@jest/globals';
import { channelCredentials } from './channel-security.ts';

test('a plaintext address gets plaintext', () => {
  expect(channelCredentials({ target: 'inventory:50051', encrypted: false }, {})._isSecure()).toBe(false);
});

test('an encrypted address gets TLS', () => {
  expect(channelCredentials({ target: 'inventory:443', encrypted: true }, {})._isSecure()).toBe(true);
});

test('certificates with a plaintext address are a mistake, not ignored', () => {
  expect(() => channelCredentials({ target: 'inventory:50051', encrypted: false }, { GRPC_CA_FILE: 'ca.pem' })).toThrow(
    'write grpcs://inventory:50051',
  );
});

test('a client certificate without its key is refused', () => {
  expect(() =>
    channelCredentials({ target: 'inventory:443', encrypted: true }, { GRPC_CLIENT_CERT_FILE: 'client.pem' }),
  ).toThrow('belong together');
});

test('a file that cannot be read is named with its variable', () => {
  expect(() =>
    channelCredentials({ target: 'inventory:443', encrypted: true }, { GRPC_CA_FILE: 'missing/ca.pem' }),
  ).toThrow('GRPC_CA_FILE: cannot read missing/ca.pem');
});
