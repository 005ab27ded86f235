import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import type { ReadItems } from '../../core/states/map-storage.ts';
import { isJsonObject, type Json, type JsonObject } from '../../language/json.ts';
import { TaskFailure } from '../integration.ts';
import type { CallService } from '../sdk/forwarded-services.ts';
import { csvFields, csvItem } from './csv.ts';
import type { ItemRequest } from './item-request.ts';
import { csvRows, recordsOf } from './records.ts';

/** Where a window begins in an inventory that has been begun. */
interface InventoryPosition {
  readonly file: number;
  /** Rows of that file that were read before. A compressed file can only be read from its start. */
  readonly row: number;
  readonly total: number;
  /** The manifest as it was when its rows were counted. */
  readonly etag: string;
}

/** What a manifest says of an inventory. */
interface Inventory {
  readonly bucket: string;
  readonly headers: readonly string[];
  readonly keys: readonly string[];
  readonly etag: string;
}

/**
 * Reads a window of the objects that an S3 Inventory lists in CSV files, each by the names of the manifest's schema. The
 * first read goes through all files and counts their rows.
 *
 * @throws {TaskFailure} S3 refused, or the object is no manifest of such an inventory
 */
export async function readInventory(
  request: ItemRequest,
  call: CallService,
  cancelled: AbortSignal,
): Promise<ReadItems> {
  const { cursor, read, most, maxItems } = request;
  const position = isJsonObject(cursor) ? (cursor as unknown as InventoryPosition) : undefined;
  const inventory = await inventoryOf(request, position, call, cancelled);
  const wanted = Math.min(most, (position?.total ?? maxItems) - read);
  const toCount = position === undefined ? maxItems : 0;
  const items: Json[] = [];
  let next = { file: 0, row: 0 };
  let counted = 0;
  for await (const { bytes, file, row } of rowsAfter(inventory, position, call, cancelled)) {
    counted += 1;
    if (items.length < wanted) {
      items.push(csvItem(inventory.headers, csvFields(bytes.toString('utf8'), ',')));
      next = { file, row };
    }
    if (items.length >= wanted && counted >= toCount) {
      break;
    }
  }
  const total = position?.total ?? counted;
  const isMore = read + items.length < total && items.length > 0;
  return {
    items,
    ...(position === undefined && { total }),
    ...(isMore && { cursor: { ...next, total, etag: inventory.etag } }),
  };
}

/** The rows of all files behind a position, with where the one behind each begins. */
async function* rowsAfter(
  inventory: Inventory,
  position: InventoryPosition | undefined,
  call: CallService,
  cancelled: AbortSignal,
) {
  for (let file = position?.file ?? 0; file < inventory.keys.length; file++) {
    const skipped = file === position?.file ? position.row : 0;
    let row = 0;
    for await (const { bytes } of rowsOf(inventory, file, call, cancelled)) {
      row += 1;
      if (row > skipped) {
        yield { bytes, file, row };
      }
    }
  }
}

async function inventoryOf(
  { parameters, config }: ItemRequest,
  position: InventoryPosition | undefined,
  call: CallService,
  cancelled: AbortSignal,
): Promise<Inventory> {
  const { ManifestType = 'S3_INVENTORY' } = config;
  if (ManifestType !== 'S3_INVENTORY') {
    throw unusable(parameters, `a manifest of the type '${String(ManifestType)}' is not supported here`);
  }
  const unchanged = position === undefined ? {} : { IfMatch: position.etag };
  const input = { ...parameters, ...unchanged };
  const answer = (await call('s3', 'getObject', input, cancelled, { streams: true })) as StreamedObject;
  const manifest = manifestIn(await text(Readable.from(answer.Body)));
  const { fileFormat, fileSchema, files, destinationBucket } = manifest ?? {};
  if (typeof fileSchema !== 'string' || !Array.isArray(files)) {
    throw unusable(parameters, 'it is no manifest of an S3 Inventory');
  }
  if (fileFormat !== 'CSV') {
    throw unusable(parameters, `an inventory in the format '${String(fileFormat)}' is not supported here, only CSV`);
  }
  return {
    bucket: String(destinationBucket ?? parameters.Bucket).replace(/^arn:[^:]*:s3:::/, ''),
    headers: fileSchema.split(',').map((header) => header.trim()),
    keys: (files as readonly Json[]).flatMap((file) => (isJsonObject(file) ? [String(file.key)] : [])),
    etag: answer.ETag ?? '',
  };
}

interface StreamedObject {
  readonly Body: AsyncIterable<Uint8Array>;
  readonly ETag?: string;
}

function manifestIn(json: string): JsonObject | undefined {
  try {
    const value = JSON.parse(json) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function* rowsOf({ bucket, keys }: Inventory, file: number, call: CallService, cancelled: AbortSignal) {
  const Key = keys[file] ?? '';
  const input = { Bucket: bucket, Key };
  const { Body } = (await call('s3', 'getObject', input, cancelled, { streams: true })) as StreamedObject;
  const rows = Key.endsWith('.gz') ? unzipped(Body) : Body;
  try {
    yield* recordsOf(rows, csvRows());
  } catch (error) {
    throw error instanceof TaskFailure
      ? error
      : unusable(input, error instanceof Error ? error.message : String(error));
  }
}

function unzipped(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // An error of either end destroys the other one, and whoever reads gets it.
  return pipeline(Readable.from(body), createGunzip(), () => undefined);
}

function unusable({ Bucket, Key }: JsonObject, reason: string): TaskFailure {
  return new TaskFailure('States.ItemReaderFailed', `s3://${String(Bucket)}/${String(Key)} cannot be read: ${reason}`);
}
