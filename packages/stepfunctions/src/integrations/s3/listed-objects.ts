import type { ReadItems } from '../../core/states/map-storage.ts';
import { isJsonObject, type Json, type JsonObject } from '../../language/json.ts';
import type { CallService } from '../sdk/forwarded-services.ts';
import type { ItemRequest } from './item-request.ts';

/** The most objects that S3 lists at once. */
const PAGE = 1_000;

/** Reads a window of a bucket's listing. The first read counts the objects: S3 does not tell how many there are. */
export async function readListedObjects(
  { parameters, cursor, read, most, maxItems }: ItemRequest,
  call: CallService,
  cancelled: AbortSignal,
): Promise<ReadItems> {
  const list = async (token: Json | undefined, size: number): Promise<Page> => {
    const input = { ...parameters, MaxKeys: size, ...(typeof token === 'string' ? { ContinuationToken: token } : {}) };
    const { Contents, NextContinuationToken } = (await call('s3', 'listObjectsV2', input, cancelled)) as JsonObject;
    return {
      objects: Array.isArray(Contents) ? (Contents as readonly Json[]) : [],
      ...(typeof NextContinuationToken === 'string' ? { next: NextContinuationToken } : {}),
    };
  };
  const { token, total: known } = isJsonObject(cursor) ? cursor : {};
  const page = await list(token, Math.max(1, Math.min(PAGE, most, maxItems - read)));
  let total = known as number | undefined;
  if (total === undefined) {
    total = page.objects.length;
    for (let { next } = page; next !== undefined && total < maxItems; ) {
      const further = await list(next, PAGE);
      total += further.objects.length;
      next = further.next;
    }
    total = Math.min(total, maxItems);
  }
  const items = page.objects.slice(0, total - read).map(itemOf);
  const isLast = page.next === undefined || read + items.length >= total;
  return {
    items,
    ...(known === undefined ? { total } : {}),
    ...(isLast ? {} : { cursor: { token: page.next ?? '', total } }),
  };
}

interface Page {
  readonly objects: readonly Json[];
  readonly next?: string;
}

/** AWS gives the time in seconds, and spells the tag in its own way. */
function itemOf(listed: Json): Json {
  const { ETag, Key, LastModified, Size, StorageClass } = isJsonObject(listed) ? listed : {};
  return {
    Etag: ETag ?? '',
    Key: Key ?? '',
    LastModified: Math.floor(Date.parse(String(LastModified)) / 1_000),
    Size: Size ?? 0,
    StorageClass: StorageClass ?? 'STANDARD',
  };
}
