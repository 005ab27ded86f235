import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { fileDescriptors } from '../../proto/gen/file-descriptors.ts';

/** Adds server reflection (v1 and v1alpha) for the named services, such as `inventory.v1.InventoryService`. */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  new ReflectionService({ descriptors: carrier() }, { services: [...services] }).addToServer(server);
}

type LoadedPackage = ConstructorParameters<typeof ReflectionService>[0];

/** ReflectionService reads nothing of a loaded package but the descriptors of the files it came from. */
function carrier(): LoadedPackage[string] {
  return {
    format: 'Protocol Buffer 3 DescriptorProto',
    type: {},
    fileDescriptorProtos: Object.values(fileDescriptors).map((base64) => Buffer.from(base64, 'base64')),
  };
}
