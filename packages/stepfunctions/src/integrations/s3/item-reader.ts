import type { ReadItems } from '../../core/states/map-storage.ts';
import type { Json } from '../../language/json.ts';
import { TaskFailure } from '../integration.ts';
import type { CallService } from '../sdk/forwarded-services.ts';
import { readInventory } from './inventory-items.ts';
import { itemRequestOf } from './item-request.ts';
import { readListedObjects } from './listed-objects.ts';
import { readObjectItems } from './object-items.ts';

/**
 * Reads a window of a distributed Map's items from S3.
 *
 * @throws {TaskFailure} S3 refused, or the object does not hold items
 */
export async function readItems(input: Json, call: CallService, cancelled: AbortSignal): Promise<ReadItems> {
  const request = itemRequestOf(input);
  const action = /:s3:(?<action>\w+)$/.exec(request.resource)?.groups?.action;
  switch (action) {
    case 'getObject':
      return await (request.config.InputType === 'MANIFEST' ? readInventory : readObjectItems)(
        request,
        call,
        cancelled,
      );
    case 'listObjectsV2':
      return await readListedObjects(request, call, cancelled);
    default:
      throw new TaskFailure('States.Runtime', `The ItemReader '${request.resource}' is not supported.`);
  }
}
