import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type StatusObject,
  type status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { statusWithErrorInfo } from '../../proto/error-info.ts';

/** A gRPC server for one test. */
export interface TestGrpcServer {
  /** `host:port`. */
  readonly target: string;
  readonly close: () => void;
}

/** Starts a gRPC server on a free port of 127.0.0.1. */
export async function startGrpcServer(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<TestGrpcServer> {
  const server = new Server();
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return { target: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** Creates a status with a `google.rpc.ErrorInfo`, as the services send it. */
export function refusal(code: status, reason: string, details: string): StatusObject {
  return statusWithErrorInfo(code, details, { reason, domain: 'test', metadata: {} });
}
