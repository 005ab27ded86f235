import type { Json, JsonObject } from '../language/json.ts';

function withFirst(name: string, change: (first: string) => string): string {
  return `${change(name.slice(0, 1))}${name.slice(1)}`;
}

function renamed(value: Json, change: (first: string) => string): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json) => renamed(item, change));
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.map(([name, item]) => [withFirst(name, change), renamed(item, change)]));
}

/** Members as the API of Step Functions spells them: `StateMachineArn` becomes `stateMachineArn`. */
export function toApiNames(value: JsonObject): JsonObject {
  return renamed(value, (first) => first.toLowerCase()) as JsonObject;
}

/** Members as the states language spells them: `executionArn` becomes `ExecutionArn`. */
export function toLanguageNames(value: JsonObject): JsonObject {
  return renamed(value, (first) => first.toUpperCase()) as JsonObject;
}

/** Moments, which the API answers as seconds since the epoch, the way `change` writes them. */
export function withDates(value: Json, change: (ms: number) => Json): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json) => withDates(item, change));
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const entries = Object.entries(value as JsonObject).map(([name, item]): [string, Json] =>
    typeof item === 'number' && /(?:date|timestamp)$/i.test(name)
      ? [name, change(Math.round(item * 1_000))]
      : [name, withDates(item, change)],
  );
  return Object.fromEntries(entries);
}
