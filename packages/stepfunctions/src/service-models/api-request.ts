import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';
import type { Shape, SimpleType } from './service-model.ts';

/** Changes the value of a simple type, such as a time. */
type ChangeSimple = (value: Json, type: SimpleType) => unknown;

/**
 * Parameters as the service's own API takes them: with its names, with objects given for text written as JSON, with
 * `"true"` for a boolean read as one, and with text given for one of DynamoDB's attribute values as such a value. What the
 * shape does not know stays as it is.
 */
export function toApiRequest(parameters: JsonObject, input: Shape): JsonObject {
  return converted(parameters, input, (value) => value) as JsonObject;
}

/** Parameters as {@link toApiRequest} makes them, with simple values as a client program takes them. */
export function toClientRequest(parameters: JsonObject, input: Shape, change: ChangeSimple): object {
  return converted(parameters, input, change) as object;
}

function converted(value: Json, shape: Shape, change: ChangeSimple): unknown {
  switch (shape.kind) {
    case 'SIMPLE': {
      if (shape.type === 'boolean' && (value === 'true' || value === 'false')) {
        return value === 'true';
      }
      const isText = shape.type === 'string' || shape.type === 'blob';
      const isObject = Array.isArray(value) || isJsonObject(value);
      return change(isText && isObject ? JSON.stringify(value) : value, shape.type);
    }
    case 'LIST':
      return Array.isArray(value) ? value.map((element: Json) => converted(element, shape.element(), change)) : value;
    case 'MAP':
      return isJsonObject(value)
        ? mapped(value, (name, inner) => [name, converted(inner, shape.value(), change)])
        : value;
    case 'STRUCTURE':
      if (typeof value === 'string' && shape.name === 'AttributeValue') {
        return { S: value };
      }
      return isJsonObject(value)
        ? mapped(value, (name, inner) => {
            const member = shape.members.get(name);
            return member === undefined ? [name, inner] : [member.apiName, converted(inner, member.shape(), change)];
          })
        : value;
    case 'ENUM':
    case 'ANY':
      return value;
  }
}

function mapped(value: JsonObject, change: (name: string, inner: Json) => [string, unknown]): object {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => change(name, inner)));
}
