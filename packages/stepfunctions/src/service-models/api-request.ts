import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import type { Shape } from './service-model.ts';

/**
 * Parameters as the service's own API takes them: with its names, with objects given for text written as JSON, with
 * `"true"` for a boolean read as one, and with text given for one of DynamoDB's attribute values as such a value. What the
 * shape does not know stays as it is.
 */
export function toApiRequest(parameters: JsonObject, input: Shape): JsonObject {
  return converted(parameters, input) as JsonObject;
}

function converted(value: Json, shape: Shape): Json {
  switch (shape.kind) {
    case 'SIMPLE': {
      if (shape.type === 'boolean' && (value === 'true' || value === 'false')) {
        return value === 'true';
      }
      const isText = shape.type === 'string' || shape.type === 'blob';
      return isText && typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    }
    case 'LIST':
      return Array.isArray(value) ? value.map((element: Json) => converted(element, shape.element())) : value;
    case 'MAP':
      return isJsonObject(value) ? mapped(value, (name, inner) => [name, converted(inner, shape.value())]) : value;
    case 'STRUCTURE':
      if (typeof value === 'string' && shape.name === 'AttributeValue') {
        return { S: value };
      }
      return isJsonObject(value)
        ? mapped(value, (name, inner) => {
            const member = shape.members.get(name);
            return member === undefined ? [name, inner] : [member.apiName, converted(inner, member.shape())];
          })
        : value;
    case 'ENUM':
    case 'ANY':
      return value;
  }
}

function mapped(value: JsonObject, change: (name: string, inner: Json) => [string, Json]): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => change(name, inner)));
}
