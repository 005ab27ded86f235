import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { InventoryServiceService } from '../../../proto/gen/inventory/v1/inventory.ts';
import { Choices } from '../choices.ts';
import { GrpcFaultProxy } from './grpc-fault-proxy.ts';
import { Network } from './network.ts';

const { path } = InventoryServiceService.release;
function unchanged(bytes: Buffer): Buffer {
  return bytes;
}
const network = new Network();
const served: string[] = [];
let upstream: Server;
let proxy: GrpcFaultProxy;
let client: Client;

beforeAll(async () => {
  upstream = new Server();
  const handler = ({ request, metadata }: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    served.push(`${request} ${metadata.get('order-id')}`);
    if (String(request) === 'answer me') {
      callback(null, Buffer.from('done'));
    } else {
      const trailers = new Metadata();
      trailers.set('grpc-status-details-bin', Buffer.from('why'));
      callback({ code: status.FAILED_PRECONDITION, details: 'no', metadata: trailers });
    }
  };
  upstream.register(path, handler, unchanged, unchanged, 'unary');
  const port = await new Promise<number>((resolve, reject) => {
    upstream.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  proxy = new GrpcFaultProxy('inventory', InventoryServiceService, () => port, network);
  await proxy.open();
  client = new Client(proxy.address, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await proxy.close();
  upstream.forceShutdown();
});

beforeEach(() => {
  served.length = 0;
});

test('a gRPC proxy forwards a call and its answer, metadata included', async () => {
  expect(String(await call('answer me'))).toBe('done');
  expect(served).toEqual(['answer me order-1']);
});

test("a gRPC proxy forwards a service's refusal with its code and details", async () => {
  const refusal = await failure(call('refuse me'));
  expect(refusal).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'no' });
  expect(String(refusal.metadata.get('grpc-status-details-bin')[0])).toBe('why');
});

test('a lost gRPC reply looks like a broken connection after the call had its effect', async () => {
  const hits: string[] = [];
  const fault = { kind: 'lost reply', percent: 100 } as const;
  const remove = network.add({
    target: 'inventory',
    fault,
    choices: new Choices(1, 'test'),
    onHit: ({ operation, order_id }) => hits.push(`${operation} ${order_id}`),
  });
  expect(await failure(call('answer me'))).toMatchObject({ code: status.UNAVAILABLE });
  remove();
  expect(served).toHaveLength(1);
  expect(hits).toEqual(['Release order-1']);
});

test('a forged gRPC reply does not reach the service', async () => {
  proxy.forgeReplies(({ operation }) => (operation === 'Release' ? Buffer.from('all is well') : undefined));
  expect(String(await call('answer me'))).toBe('all is well');
  proxy.forgeReplies(() => undefined);
  expect(served).toEqual([]);
});

function call(request: string): Promise<Buffer> {
  const metadata = new Metadata();
  metadata.set('order-id', 'order-1');
  const deadline = Date.now() + 10_000;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      unchanged,
      unchanged,
      Buffer.from(request),
      metadata,
      { deadline },
      (error, answer) => (answer === undefined ? reject(error ?? new Error('no answer')) : resolve(answer)),
    );
  });
}

async function failure(answer: Promise<unknown>): Promise<ServiceError> {
  return await answer.then(
    () => {
      throw new Error('the call was expected to fail');
    },
    (error: ServiceError) => error,
  );
}
