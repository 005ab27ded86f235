import { memberName } from '../../service-models/member-name.ts';
import type { Operation, Shape, SimpleType } from '../../service-models/service-model.ts';

/** The schema of an operation as the commands of AWS's SDK carry it: kind 9, then input and output at 4 and 5. */
const [INPUT, OUTPUT] = [4, 5];

/** Simple schemas are numbers. Those of lists and maps add a bit to that of their elements. */
const [LIST_OF, MAP_OF, ELEMENT] = [64, 128, 0b11_1111];
const SIMPLE: { readonly [schema: number]: SimpleType } = {
  0: 'string',
  1: 'double',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  6: 'timestamp',
  7: 'timestamp',
  17: 'long',
  19: 'double',
  21: 'blob',
  42: 'blob',
};
const STRUCTURES: readonly unknown[] = [3, -3, 4];

/**
 * Reads what an operation takes and answers from the schema of an SDK's command.
 *
 * @param sdk whether members are spelled as in `aws-sdk:service:action`
 * @returns `undefined` for the command of an SDK that is too old to carry its schema
 */
export function operationOfSchema(schema: unknown, sdk: boolean): Operation | undefined {
  return Array.isArray(schema) && schema.length > OUTPUT
    ? { input: shapeOf(schema[INPUT], sdk), output: shapeOf(schema[OUTPUT], sdk) }
    : undefined;
}

function shapeOf(reference: unknown, sdk: boolean): Shape {
  const schema = typeof reference === 'function' ? (reference() as unknown) : reference;
  if (typeof schema === 'number') {
    return simpleShape(schema);
  }
  if (!Array.isArray(schema)) {
    return { kind: 'ANY' };
  }
  // A member with traits of its own is a pair of its schema and these.
  if (schema.length === 2) {
    return shapeOf(schema[0], sdk);
  }
  const [kind, , name, , first, second] = schema as readonly unknown[];
  switch (kind) {
    case 0:
      return shapeOf(first, sdk);
    case 1:
      return { kind: 'LIST', element: () => shapeOf(first, sdk) };
    case 2:
      return { kind: 'MAP', value: () => shapeOf(second, sdk) };
    default:
      return STRUCTURES.includes(kind) && Array.isArray(first) && Array.isArray(second)
        ? structure(String(name), first as readonly string[], second, sdk)
        : { kind: 'ANY' };
  }
}

function simpleShape(schema: number): Shape {
  if (schema >= LIST_OF) {
    const element = (): Shape => simpleShape(schema & ELEMENT);
    return schema >= MAP_OF ? { kind: 'MAP', value: element } : { kind: 'LIST', element };
  }
  const type = SIMPLE[schema];
  return type === undefined ? { kind: 'ANY' } : { kind: 'SIMPLE', type };
}

function structure(name: string, names: readonly string[], schemas: readonly unknown[], sdk: boolean): Shape {
  const members = names.map(
    (apiName, at) => [memberName(apiName, sdk), { apiName, shape: () => shapeOf(schemas[at], sdk) }] as const,
  );
  return { kind: 'STRUCTURE', name, members: new Map(members), required: [] };
}
