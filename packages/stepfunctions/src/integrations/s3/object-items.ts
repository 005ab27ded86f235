import type { ReadItems } from '../../core/states/map-storage.ts';
import { parseJson } from '../../language/exact-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../../language/json.ts';
import { TaskFailure } from '../integration.ts';
import type { CallService } from '../sdk/forwarded-services.ts';
import { CSV_DELIMITERS, csvFields, csvItem } from './csv.ts';
import type { ItemRequest } from './item-request.ts';
import { csvRows, FileFormatError, type FileRecord, jsonElements, lines, recordsOf, type Splitter } from './records.ts';

/** Where a window begins in an object that has been begun. */
interface ObjectPosition {
  readonly offset: number;
  /** The object as it was when its items were counted. */
  readonly etag: string;
  readonly total: number;
  readonly headers?: readonly string[];
}

/** How the items of a kind of file are read. */
interface Format {
  readonly split: Splitter;
  /** The item of a record, or `undefined` for the row of headers. */
  readonly item: (text: string) => Json | undefined;
  readonly headers: () => readonly string[] | undefined;
}

/**
 * Reads a window of the items in an object: a JSON array, JSON lines or CSV. It streams from where the last window ended.
 * The first read goes through the whole object and counts the items.
 */
export async function readObjectItems(
  request: ItemRequest,
  call: CallService,
  cancelled: AbortSignal,
): Promise<ReadItems> {
  const { parameters, cursor, read, most, maxItems } = request;
  const position = isJsonObject(cursor) ? (cursor as unknown as ObjectPosition) : undefined;
  const format = formatOf(request, position);
  const from = position === undefined ? {} : { Range: `bytes=${position.offset}-`, IfMatch: position.etag };
  const answer = (await call('s3', 'getObject', { ...parameters, ...from }, cancelled, { streams: true })) as Answer;
  const left = Math.min(maxItems, position?.total ?? maxItems) - read;
  const limits = { wanted: Math.min(most, left), counted: position === undefined ? maxItems : 0 };
  const found = { items: [] as Json[], counted: 0, end: 0 };
  try {
    await collect(recordsOf(answer.Body, format.split), format, limits, found);
  } catch (error) {
    throw unreadable(error, parameters, read + found.items.length);
  }
  const { items, counted, end } = found;
  const total = position?.total ?? counted;
  const headers = format.headers();
  const next = {
    offset: (position?.offset ?? 0) + end,
    etag: answer.ETag ?? '',
    total,
    ...(headers === undefined ? {} : { headers }),
  };
  return {
    items,
    ...(position === undefined ? { total } : {}),
    ...(read + items.length < total && items.length > 0 ? { cursor: next } : {}),
  };
}

/** Adds to `found` the items that are wanted, where the last of them ends, and how many there are up to a limit. */
async function collect(
  records: AsyncIterable<FileRecord>,
  { item: itemOf }: Format,
  limits: { readonly wanted: number; readonly counted: number },
  found: { readonly items: Json[]; counted: number; end: number },
): Promise<void> {
  for await (const { bytes, end } of records) {
    const isWanted = found.items.length < limits.wanted;
    const item = isWanted ? itemOf(bytes.toString('utf8')) : null;
    if (item === undefined) {
      continue;
    }
    if (isWanted) {
      found.items.push(item);
      found.end = end;
    }
    found.counted += 1;
    if (found.counted >= limits.counted && found.items.length >= limits.wanted) {
      return;
    }
  }
}

interface Answer {
  readonly Body: AsyncIterable<Uint8Array>;
  readonly ETag?: string;
}

function formatOf({ config }: ItemRequest, position: ObjectPosition | undefined): Format {
  const { InputType = 'JSON' } = config;
  switch (InputType) {
    case 'JSON':
      return { split: jsonElements(position !== undefined), item: parseJson, headers: () => undefined };
    case 'JSONL':
      return { split: lines(), item: parseJson, headers: () => undefined };
    case 'CSV':
      return csvFormat(config, position?.headers);
    default:
      throw new TaskFailure('States.ItemReaderFailed', `The InputType '${String(InputType)}' is not supported here.`);
  }
}

function csvFormat(config: JsonObject, known: readonly string[] | undefined): Format {
  const delimiter = CSV_DELIMITERS[String(config.CSVDelimiter ?? 'COMMA')] ?? ',';
  const given = Array.isArray(config.CSVHeaders) ? config.CSVHeaders.map(String) : undefined;
  let headers = known ?? (config.CSVHeaderLocation === 'GIVEN' ? given : undefined);
  return {
    split: csvRows(),
    item: (text) => {
      const fields = csvFields(text, delimiter);
      if (headers === undefined) {
        headers = fields;
        return undefined;
      }
      return csvItem(headers, fields);
    },
    headers: () => headers,
  };
}

function unreadable(error: unknown, { Bucket, Key }: JsonObject, at: number): unknown {
  if (!(error instanceof SyntaxError || error instanceof FileFormatError)) {
    return error;
  }
  const cause = `Item ${at} of s3://${String(Bucket)}/${String(Key)} cannot be read: ${error.message}`;
  return new TaskFailure('States.ItemReaderFailed', cause, { cause: error });
}
