import { create, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import type { Server, ServiceDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { service as healthService } from 'grpc-health-check';
import { fileDescriptors } from '../../proto/gen/file-descriptors.ts';

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/** Services that every server has beside its own. */
const COMMON_SERVICES = ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection'];

/**
 * Adds server reflection (v1 and v1alpha) for the named services, health and reflection itself. Clients also find the
 * `google.rpc.ErrorInfo` of failed calls.
 */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  const described = [
    ...Object.values(fileDescriptors).map((base64) => Buffer.from(base64, 'base64')),
    ...descriptorsOf(healthService),
    ...reflectionServices().flatMap(descriptorsOf),
    errorDetails(),
  ];
  reflectionOf(described, [...services, ...COMMON_SERVICES]).addToServer(server);
}

function reflectionOf(fileDescriptorProtos: Buffer[], services: string[]): ReflectionService {
  // ReflectionService reads only the file descriptors of a loaded package.
  const loadedPackage: PackageDefinition[string] = {
    format: 'Protocol Buffer 3 DescriptorProto',
    type: {},
    fileDescriptorProtos,
  };
  return new ReflectionService({ files: loadedPackage }, { services });
}

/** The definitions of the reflection services, which their package gives to a server only. */
function reflectionServices(): readonly ServiceDefinition[] {
  const definitions: ServiceDefinition[] = [];
  reflectionOf([], []).addToServer({
    addService: (definition) => {
      definitions.push(definition as ServiceDefinition);
    },
  });
  return definitions;
}

/** The files that define a service, where it was loaded from a proto file. */
function descriptorsOf(definition: ServiceDefinition): readonly Buffer[] {
  return Object.values(definition).flatMap((method) => {
    const { requestType } = method as { readonly requestType?: { readonly fileDescriptorProtos?: readonly Buffer[] } };
    return requestType?.fileDescriptorProtos ?? [];
  });
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
