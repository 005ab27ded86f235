import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type ChannelCredentials, Client } from '@grpc/grpc-js';
import { channelOptions } from './grpc-channel.ts';

/** Asks a server whether its service is SERVING, by grpc.health.v1. */
export interface GrpcHealth {
  /** @throws Error where the service is not SERVING, or does not answer in time */
  readonly check: (timeoutMs: number) => Promise<void>;
  readonly close: () => void;
}

const CHECK_METHOD = '/grpc.health.v1.Health/Check';
const SERVICE_FIELD = 0x0a;
const STATUS_FIELD = 0x08;
const SERVING = 1;

/**
 * Makes the health check of one service, with a channel of its own.
 *
 * @param target `host:port`
 * @param service full name, such as `inventory.v1.InventoryService`
 */
export function createGrpcHealth(target: string, credentials: ChannelCredentials, service: string): GrpcHealth {
  const client = new Client(target, credentials, channelOptions(target));
  return {
    check: async (timeoutMs) => {
      const status = await new Promise<number>((resolve, reject) => {
        client.makeUnaryRequest(
          CHECK_METHOD,
          encodeRequest,
          decodeStatus,
          service,
          { deadline: Date.now() + timeoutMs },
          (error, answer) => (error === null ? resolve(answer ?? 0) : reject(error)),
        );
      });
      if (status !== SERVING) {
        throw new Error(`${service} is not SERVING: status ${status} of grpc.health.v1`);
      }
    },
    close: () => client.close(),
  };
}

function encodeRequest(service: string): Buffer {
  return Buffer.from(new BinaryWriter().uint32(SERVICE_FIELD).string(service).finish());
}

/** The number of the status; 0 (UNKNOWN) where the message has none. */
function decodeStatus(message: Buffer): number {
  const reader = new BinaryReader(message);
  return reader.len > 0 && reader.uint32() === STATUS_FIELD ? reader.int32() : 0;
}
