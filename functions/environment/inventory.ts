import { createInventoryClient } from '../clients/inventory-client.ts';
import { once } from '../common/once.ts';
import { grpcOptionsFromEnvironment } from './grpc-options.ts';

/** The process's client of the inventory. */
export const inventory = once(() => createInventoryClient(grpcOptionsFromEnvironment('INVENTORY_GRPC_URL')));
