import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorInfo } from 'nice-grpc-error-details';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';

let inventory: TestInventory;

beforeAll(async () => {
  inventory = await startInventory();
});

afterAll(() => inventory.close());

/** Fields of grpc.reflection.v1.ServerReflectionRequest. */
const FILE_CONTAINING_SYMBOL = 4;
const LIST_SERVICES = 7;

/** Sends one reflection request, and returns the fields of the response. */
function ask(field: number, value: string): Promise<Fields> {
  const client = new Client(`127.0.0.1:${inventory.port}`, credentials.createInsecure());
  const request = new BinaryWriter()
    .uint32((field << 3) | 2)
    .string(value)
    .finish();
  return new Promise<Uint8Array>((resolve, reject) => {
    const stream = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer): Uint8Array => bytes,
    );
    stream.on('data', resolve);
    stream.on('error', reject);
    stream.write(request);
    stream.end();
  })
    .then(fieldsOf)
    .finally(() => client.close());
}

/** The length-delimited fields of a message, by field number. */
type Fields = (number: number) => readonly Uint8Array[];

function fieldsOf(message: Uint8Array | undefined): Fields {
  const reader = new BinaryReader(message ?? new Uint8Array());
  const found: { readonly number: number; readonly bytes: Uint8Array }[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === 2) {
      found.push({ number, bytes: reader.bytes() });
    } else {
      reader.skip(wireType);
    }
  }
  return (wanted) => found.filter(({ number }) => number === wanted).map(({ bytes }) => bytes);
}

describe('server reflection', () => {
  test('lists the service itself, health and reflection', async () => {
    const [listed] = (await ask(LIST_SERVICES, ''))(6);
    const names = fieldsOf(listed)(1).map((entry) => Buffer.from(fieldsOf(entry)(1)[0] ?? []).toString());
    expect(names.sort()).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'inventory.v1.InventoryService',
    ]);
  });

  test.each([
    ['grpc.health.v1.Health', ['Check', 'Watch', 'List']],
    ['grpc.reflection.v1.ServerReflection', ['ServerReflectionInfo']],
  ])('describes %s, which every server has', async (symbol, methods) => {
    const [answer] = (await ask(FILE_CONTAINING_SYMBOL, symbol))(4);
    const files = fieldsOf(answer)(1).map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    const found = files.flatMap(({ service }) => service).flatMap(({ method }) => method.map(({ name }) => name));
    expect(methods).toEqual(expect.arrayContaining(found));
    expect(found).not.toEqual([]);
  });

  test('describes the ErrorInfo of failed calls, so that clients show its reason', async () => {
    const [answer] = (await ask(FILE_CONTAINING_SYMBOL, 'google.rpc.ErrorInfo'))(4);
    const [bytes = new Uint8Array()] = fieldsOf(answer)(1);
    const registry = createFileRegistry(fromBinary(FileDescriptorProtoSchema, bytes), () => undefined);
    const schema = registry.getMessage('google.rpc.ErrorInfo');
    const info = { reason: 'OUT_OF_STOCK', domain: 'inventory.v1', metadata: { item: 'A' } };
    const sent = ErrorInfo.encode(ErrorInfo.fromPartial(info)).finish();
    const read = schema && toJson(schema, fromBinary(schema, sent));
    expect(read).toEqual(info);
  });

  test('returns the file that defines a symbol, with its imports', async () => {
    const [answer] = (await ask(FILE_CONTAINING_SYMBOL, 'inventory.v1.InventoryService'))(4);
    const files = fieldsOf(answer)(1).map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    expect(files.map(({ name }) => name).sort()).toEqual([
      'common/v1/money.proto',
      'google/protobuf/timestamp.proto',
      'inventory/v1/inventory.proto',
    ]);
    const methods = files.flatMap(({ service }) => service).flatMap(({ method }) => method.map(({ name }) => name));
    expect(methods).toEqual([
      'ListItems',
      'Reserve',
      'Release',
      'Commit',
      'GetReservation',
      'Restock',
      'Return',
      'Correct',
      'ListHolds',
    ]);
  });
});
