import { create, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { fileDescriptors } from '../../proto/gen/file-descriptors.ts';

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/** Services that every server has beside its own. */
const COMMON_SERVICES = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
];

/**
 * Adds server reflection (v1 and v1alpha) for the named services, health and reflection itself. Clients also find the
 * `google.rpc.ErrorInfo` of failed calls.
 */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  // ReflectionService reads only the file descriptors of a loaded package.
  const loadedPackage: PackageDefinition[string] = {
    format: 'Protocol Buffer 3 DescriptorProto',
    type: {},
    fileDescriptorProtos: [
      ...Object.values(fileDescriptors).map((base64) => Buffer.from(base64, 'base64')),
      errorDetails(),
    ],
  };
  const reflection = new ReflectionService({ files: loadedPackage }, { services: [...services, ...COMMON_SERVICES] });
  reflection.addToServer(server);
}

/** The part of google/rpc/error_details.proto that these services use. */
function errorDetails(): Buffer {
  const text = (name: string, number: number) => ({
    name,
    jsonName: name,
    number,
    label: Label.OPTIONAL,
    type: Type.STRING,
  });
  const file = create(FileDescriptorProtoSchema, {
    name: 'google/rpc/error_details.proto',
    package: 'google.rpc',
    syntax: 'proto3',
    messageType: [
      {
        name: 'ErrorInfo',
        field: [
          text('reason', 1),
          text('domain', 2),
          {
            name: 'metadata',
            jsonName: 'metadata',
            number: 3,
            label: Label.REPEATED,
            type: Type.MESSAGE,
            typeName: '.google.rpc.ErrorInfo.MetadataEntry',
          },
        ],
        nestedType: [{ name: 'MetadataEntry', field: [text('key', 1), text('value', 2)], options: { mapEntry: true } }],
      },
    ],
  });
  return Buffer.from(toBinary(FileDescriptorProtoSchema, file));
}
