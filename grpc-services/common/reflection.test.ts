import { createFileRegistry, type FileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorInfo } from 'nice-grpc-error-details';
import { fileDescriptors } from '../../proto/gen/file-descriptors.ts';
import { startInventory, type TestInventory } from '../../tests/support/inventory.ts';

let inventory: TestInventory;

beforeAll(async () => {
  inventory = await startInventory();
});

afterAll(() => inventory.close());

/** Fields of a ServerReflectionRequest, which are the same in v1 and v1alpha. */
const FILE_BY_FILENAME = 3;
const FILE_CONTAINING_SYMBOL = 4;
const LIST_SERVICES = 7;

const VERSIONS = ['v1', 'v1alpha'] as const;

/** Sends one reflection request, and returns the fields of the response. */
function ask(field: number, value: string, version: (typeof VERSIONS)[number] = 'v1'): Promise<Fields> {
  const client = new Client(`127.0.0.1:${inventory.port}`, credentials.createInsecure());
  const request = new BinaryWriter()
    .uint32((field << 3) | 2)
    .string(value)
    .finish();
  return new Promise<Uint8Array>((resolve, reject) => {
    const stream = client.makeBidiStreamRequest(
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
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

/** The files in the answer to a request for files. */
function filesIn(answer: Fields): readonly FileDescriptorProto[] {
  const [found] = answer(4);
  return fieldsOf(found)(1).map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}

/** All types of the first file, linked as a client links them: with the other files by their names. */
function linked(files: readonly FileDescriptorProto[]): FileRegistry {
  const [first] = files;
  if (first === undefined) {
    throw new Error('reflection found no file');
  }
  return createFileRegistry(first, (name) => files.find((file) => file.name === name));
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
  test.each(VERSIONS)('of %s lists all services that the server has', async (version) => {
    const [listed] = (await ask(LIST_SERVICES, '', version))(6);
    const names = fieldsOf(listed)(1).map((entry) => Buffer.from(fieldsOf(entry)(1)[0] ?? []).toString());
    expect(names.sort()).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'inventory.v1.InventoryService',
    ]);
  });

  const described = VERSIONS.flatMap((version) => [
    { version, symbol: 'grpc.health.v1.Health', methods: ['Check', 'List', 'Watch'] },
    { version, symbol: 'grpc.reflection.v1.ServerReflection', methods: ['ServerReflectionInfo'] },
    { version, symbol: 'grpc.reflection.v1alpha.ServerReflection', methods: ['ServerReflectionInfo'] },
  ]);
  test.each(described)(
    'of $version describes $symbol, which every server has',
    async ({ version, symbol, methods }) => {
      const registry = linked(filesIn(await ask(FILE_CONTAINING_SYMBOL, symbol, version)));
      const found = registry.getService(symbol)?.methods.map(({ name }) => name);
      expect(found?.sort()).toEqual(methods);
    },
  );

  test('names types in full and entries of maps as protoc does, without which clients written in Go refuse a file', async () => {
    const [file] = filesIn(await ask(FILE_CONTAINING_SYMBOL, 'grpc.health.v1.HealthListResponse'));
    const message = file?.messageType.find(({ name }) => name === 'HealthListResponse');
    expect(message?.field.map(({ typeName }) => typeName)).toEqual([
      '.grpc.health.v1.HealthListResponse.StatusesEntry',
    ]);
    expect(message?.nestedType.map(({ name }) => name)).toEqual(['StatusesEntry']);
  });

  test('sends every file as it was compiled, found by its name too', async () => {
    const names = Object.keys(fileDescriptors);
    const answers = await Promise.all(names.map((name) => ask(FILE_BY_FILENAME, name)));
    expect(answers.map((answer) => filesIn(answer)[0])).toEqual(
      Object.values(fileDescriptors).map((base64) =>
        fromBinary(FileDescriptorProtoSchema, Buffer.from(base64, 'base64')),
      ),
    );
  });

  test('sends what the proto files say of services, calls and fields', async () => {
    const [file] = filesIn(await ask(FILE_CONTAINING_SYMBOL, 'inventory.v1.InventoryService'));
    const said = file?.sourceCodeInfo?.location.map(({ leadingComments }) => leadingComments.trim()).join('\n');
    expect(said).toContain('Holds stock for orders.');
    expect(said).toContain('Undoes Reserve; the held stock is available again.');
  });

  test('describes the ErrorInfo of failed calls, so that clients show its reason', async () => {
    const schema = linked(filesIn(await ask(FILE_CONTAINING_SYMBOL, 'google.rpc.ErrorInfo'))).getMessage(
      'google.rpc.ErrorInfo',
    );
    const info = { reason: 'OUT_OF_STOCK', domain: 'inventory.v1', metadata: { item: 'A' } };
    const sent = ErrorInfo.encode(ErrorInfo.fromPartial(info)).finish();
    const read = schema && toJson(schema, fromBinary(schema, sent));
    expect(read).toEqual(info);
  });

  test('returns the file that defines a symbol, with its imports', async () => {
    const files = filesIn(await ask(FILE_CONTAINING_SYMBOL, 'inventory.v1.InventoryService'));
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
