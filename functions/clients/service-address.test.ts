import { expect, test } from '@jest/globals';
import { parseServiceAddress } from './service-address.ts';

test.each([
  ['127.0.0.1:50051', { target: '127.0.0.1:50051', encrypted: false }],
  ['grpc://inventory:50051', { target: 'inventory:50051', encrypted: false }],
  ['grpcs://inventory.example.com:443/', { target: 'inventory.example.com:443', encrypted: true }],
  ['GRPCS://[::1]:443', { target: '[::1]:443', encrypted: true }],
])('reads %s', (text, address) => {
  expect(parseServiceAddress(text)).toEqual(address);
});

test.each(['inventory', 'http://inventory:80', 'inventory:port', '', 'grpc://:1', 'grpc://host:1/path'])(
  'refuses "%s" and says what to write',
  (text) => {
    expect(() => parseServiceAddress(text)).toThrow(`"${text}" is no service address; write host:port`);
  },
);
