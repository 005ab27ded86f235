import type { Json, JsonObject } from '../language/json.ts';

/**
 * AWS SDK integrations spell the types of DynamoDB's attribute values the way AWS's Java SDK does, DynamoDB's own API
 * in capitals. Only objects with exactly one such member are attribute values.
 */
const SDK_TO_API: { readonly [name: string]: string } = { Ss: 'SS', Ns: 'NS', Bs: 'BS', Bool: 'BOOL', Nul: 'NULL' };
const API_TO_SDK = Object.fromEntries(Object.entries(SDK_TO_API).map(([sdk, api]) => [api, sdk]));

function renamed(value: Json, names: { readonly [name: string]: string }): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json) => renamed(item, names));
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const entries = Object.entries(value as JsonObject);
  const [only] = entries;
  if (entries.length === 1 && only && Object.hasOwn(names, only[0]) && isAttributeContent(only[1])) {
    return { [names[only[0]] ?? only[0]]: only[1] };
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, renamed(item, names)]));
}

/** Of the types in question: `true` and `false`, and lists of texts. */
function isAttributeContent(value: Json): boolean {
  return typeof value === 'boolean' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

/** A request as DynamoDB's API takes it. */
export function toApiSpelling(value: Json): Json {
  return renamed(value, SDK_TO_API);
}

/** A response as an AWS SDK integration shows it. */
export function toSdkSpelling(value: Json): Json {
  return renamed(value, API_TO_SDK);
}
