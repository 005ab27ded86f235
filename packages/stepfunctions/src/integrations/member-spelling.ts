import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';

function withFirst(name: string, change: (first: string) => string): string {
  return `${change(name.slice(0, 1))}${name.slice(1)}`;
}

function withMembers(value: Json, change: (first: string) => string): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json) => withMembers(item, change));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [withFirst(name, change), withMembers(item, change)]));
}

/** Members as the Amazon States Language spells them: `executionArn` becomes `ExecutionArn`. */
export function toLanguageNames(value: JsonObject): JsonObject {
  return withMembers(value, (first) => first.toUpperCase()) as JsonObject;
}

/** Converts dates, which the API answers as seconds since the epoch. `change` gets milliseconds. */
export function withDates(value: Json, change: (ms: number) => Json): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json) => withDates(item, change));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const entries = Object.entries(value).map(([name, item]): [string, Json] =>
    typeof item === 'number' && /(?:date|timestamp)$/i.test(name)
      ? [name, change(Math.round(item * 1_000))]
      : [name, withDates(item, change)],
  );
  return Object.fromEntries(entries);
}

/**
 * AWS SDK integrations spell the types of DynamoDB's attribute values like AWS's Java SDK; DynamoDB's API uses capitals.
 * Only objects with exactly one such member are attribute values.
 */
const SDK_TO_API: { readonly [name: string]: string } = { Ss: 'SS', Ns: 'NS', Bs: 'BS', Bool: 'BOOL', Nul: 'NULL' };
const API_TO_SDK = Object.fromEntries(Object.entries(SDK_TO_API).map(([sdk, api]) => [api, sdk]));

function withAttributeTypes(value: Json, names: { readonly [name: string]: string }): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json) => withAttributeTypes(item, names));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && Object.hasOwn(names, only[0]) && isAttributeContent(only[1])) {
    return { [names[only[0]] ?? only[0]]: only[1] };
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, withAttributeTypes(item, names)]));
}

/** Whether a value fits these types: a boolean or a list of strings. */
function isAttributeContent(value: Json): boolean {
  return typeof value === 'boolean' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/** A request in the spelling of DynamoDB's API. */
export function toApiSpelling(value: Json): Json {
  return withAttributeTypes(value, SDK_TO_API);
}

/** A response in the spelling of an AWS SDK integration. */
export function toSdkSpelling(value: Json): Json {
  return withAttributeTypes(value, API_TO_SDK);
}
