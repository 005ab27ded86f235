import { isJsonObject, type Json, type JsonObject } from '../../language/json.ts';

/** A window of items to read, as the core asks for it. */
export interface ItemRequest {
  readonly resource: string;
  readonly parameters: JsonObject;
  readonly config: JsonObject;
  /** Where the window begins; null at the start. */
  readonly cursor: Json;
  /** Items that were read before. */
  readonly read: number;
  /** Items of the window. */
  readonly most: number;
  /** Items to read in all. */
  readonly maxItems: number;
}

/** AWS reads no more items than this. */
const MOST_ITEMS = 100_000_000;

/** Reads the input of the core's work. */
export function itemRequestOf(input: Json): ItemRequest {
  const asked = isJsonObject(input) ? input : {};
  return {
    resource: String(asked.Resource),
    parameters: objectOf(asked.Parameters),
    config: objectOf(asked.ReaderConfig),
    cursor: asked.Cursor ?? null,
    read: Number(asked.Read),
    most: Number(asked.Most),
    maxItems: typeof asked.MaxItems === 'number' ? asked.MaxItems : MOST_ITEMS,
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
