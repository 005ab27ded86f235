import { ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InventoryServiceService, type ListItemsResponse } from '../../proto/gen/inventory/v1/inventory.ts';
import { type Certificates, makeCertificates } from '../../tests/support/certificates.ts';
import { startGrpcServer } from '../../tests/support/grpc-server.ts';
import { channelCredentials, channelOptions, parseServiceAddress, type TlsFiles } from './grpc-channel.ts';
import { createInventoryClient } from './inventory-client.ts';

let ours: Certificates;
let foreign: Certificates;
beforeAll(async () => {
  [ours, foreign] = await Promise.all([makeCertificates(), makeCertificates()]);
});
afterAll(() => Promise.all([ours.remove(), foreign.remove()]));

/** The reply to a client with these files, from a server that requires certificates of our own authority. */
async function answerOfMutualTlsServer(files: TlsFiles): Promise<ListItemsResponse> {
  const keyPair = { cert_chain: ours.certificate, private_key: ours.key };
  const server = await startGrpcServer(
    InventoryServiceService,
    {
      listItems: (_call: unknown, callback: sendUnaryData<ListItemsResponse>) =>
        callback(null, { items: [], nextPageToken: '' }),
    },
    ServerCredentials.createSsl(ours.authority, [keyPair], true),
  );
  const address = parseServiceAddress(`grpcs://${server.target.replace('127.0.0.1', 'localhost')}`);
  const client = createInventoryClient({
    target: address.target,
    credentials: channelCredentials(address, files),
    deadlineMs: 5_000,
    maxConcurrentCalls: 1,
  });
  try {
    return await client.listItems({ pageSize: 1, pageToken: '' }, {});
  } finally {
    client.close();
    server.close();
  }
}

test('a client with a certificate of the right authority is accepted by mutual TLS', async () => {
  const files = {
    GRPC_CA_FILE: ours.authorityFile,
    GRPC_CLIENT_CERT_FILE: ours.certificateFile,
    GRPC_CLIENT_KEY_FILE: ours.keyFile,
  };
  expect(await answerOfMutualTlsServer(files)).toEqual({ items: [], nextPageToken: '' });
});

test.each([
  ['shows no certificate', () => ({ GRPC_CA_FILE: ours.authorityFile })],
  [
    'trusts another authority',
    () => ({
      GRPC_CA_FILE: foreign.authorityFile,
      GRPC_CLIENT_CERT_FILE: ours.certificateFile,
      GRPC_CLIENT_KEY_FILE: ours.keyFile,
    }),
  ],
])('a client that %s is rejected by mutual TLS', async (_what, files) => {
  await expect(answerOfMutualTlsServer(files())).rejects.toMatchObject({ name: 'RetryableError' });
});

test('a grpc:// address makes a plaintext channel', () => {
  expect(channelCredentials({ target: 'inventory:50051', encrypted: false }, {})._isSecure()).toBe(false);
});

test('a grpcs:// address makes a TLS channel', () => {
  expect(channelCredentials({ target: 'inventory:443', encrypted: true }, {})._isSecure()).toBe(true);
});

test('certificate files with a plaintext address are refused, not ignored', () => {
  expect(() => channelCredentials({ target: 'inventory:50051', encrypted: false }, { GRPC_CA_FILE: 'ca.pem' })).toThrow(
    'write grpcs://inventory:50051',
  );
});

test('a client certificate without its key is refused', () => {
  expect(() =>
    channelCredentials({ target: 'inventory:443', encrypted: true }, { GRPC_CLIENT_CERT_FILE: 'client.pem' }),
  ).toThrow('belong together');
});

test('an unreadable certificate file is named with its variable', () => {
  expect(() =>
    channelCredentials({ target: 'inventory:443', encrypted: true }, { GRPC_CA_FILE: 'missing/ca.pem' }),
  ).toThrow('GRPC_CA_FILE: cannot read missing/ca.pem');
});

test.each([
  ['127.0.0.1:50051', { target: '127.0.0.1:50051', encrypted: false }],
  ['grpc://inventory:50051', { target: 'inventory:50051', encrypted: false }],
  ['grpcs://inventory.example.com:443/', { target: 'inventory.example.com:443', encrypted: true }],
  ['GRPCS://[::1]:443', { target: '[::1]:443', encrypted: true }],
])('the service address %s is parsed', (text, address) => {
  expect(parseServiceAddress(text)).toEqual(address);
});

test.each(['inventory', 'http://inventory:80', 'inventory:port', '', 'grpc://:1', 'grpc://host:1/path'])(
  '"%s" is refused as a service address, with what to write',
  (text) => {
    expect(() => parseServiceAddress(text)).toThrow(`"${text}" is not a service address; write host:port`);
  },
);

const REFUSES_EVERYTHING = 'http://127.0.0.1:9';

test.each(['grpc_proxy', 'https_proxy', 'http_proxy', 'HTTP_PROXY'])(
  'a proxy in %s is not asked for a service on this machine',
  async (variable) => {
    const server = await startGrpcServer(InventoryServiceService, {
      listItems: (_call: unknown, callback: sendUnaryData<ListItemsResponse>) =>
        callback(null, { items: [], nextPageToken: '' }),
    });
    const before = { ...process.env };
    Object.assign(process.env, { [variable]: REFUSES_EVERYTHING, no_grpc_proxy: '.corp', no_proxy: '.corp' });
    const client = createInventoryClient({
      target: server.target,
      credentials: channelCredentials(parseServiceAddress(server.target), {}),
      deadlineMs: 5_000,
      maxConcurrentCalls: 1,
    });
    try {
      expect(await client.listItems({ pageSize: 1, pageToken: '' }, {})).toMatchObject({ items: [] });
    } finally {
      client.close();
      server.close();
      for (const name of [variable, 'no_grpc_proxy', 'no_proxy']) {
        restore(name, before[name]);
      }
    }
  },
);

function restore(variable: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[variable];
  } else {
    process.env[variable] = value;
  }
}

test.each([
  ['127.0.0.1:50051', 0],
  ['localhost:50051', 0],
  ['inventory.localhost:50051', 0],
  ['[::1]:50051', 0],
  ['inventory.internal:50051', undefined],
  ['127.0.0.1.example.com:50051', undefined],
  ['notlocalhost:50051', undefined],
])('the channel to %s takes a proxy of the environment unless it is this machine', (target, setting) => {
  expect(channelOptions(target)['grpc.enable_http_proxy']).toBe(setting);
});
