import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { channelOptions } from '../../functions/clients/grpc-channel.ts';
import {
  InventoryServiceClient,
  type ReleaseRequest,
  type ReleaseResponse,
  type RestockRequest,
  type RestockResponse,
} from '../../proto/gen/inventory/v1/inventory.ts';

/** Stocks items directly at the Inventory service. Items of their own make runs independent of each other. */
export class RestockClient {
  readonly #client: InventoryServiceClient;
  readonly #restock: (request: RestockRequest) => Promise<RestockResponse>;
  readonly #release: (request: ReleaseRequest) => Promise<ReleaseResponse>;

  /** @param address host:port of the Inventory service */
  constructor(address: string) {
    this.#client = new InventoryServiceClient(address, credentials.createInsecure(), channelOptions(address));
    this.#restock = promisify(
      (request: RestockRequest, callback: (error: Error | null, response: RestockResponse) => void) =>
        this.#client.restock(request, callback),
    );
    this.#release = promisify(
      (request: ReleaseRequest, callback: (error: Error | null, response: ReleaseResponse) => void) =>
        this.#client.release(request, callback),
    );
  }

  /**
   * Creates an item of a new id.
   *
   * @param price whole cents
   * @returns its id
   */
  async createItem(name: string, price: number, count: number): Promise<string> {
    const item_id = randomUUID();
    await this.#restock({
      requestId: randomUUID(),
      itemId: item_id,
      name,
      unitPrice: { minorUnits: price, currency: 'USD' },
      count,
    });
    return item_id;
  }

  /** Gives the stock of an order back without its saga. */
  async release(orderId: string): Promise<void> {
    await this.#release({ orderId, reason: 'by hand' });
  }

  /** Ends the connection. */
  close(): void {
    this.#client.close();
  }
}
