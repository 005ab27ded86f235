/** What the SDK's document client says about a command: which of its members hold values of attributes. */
export type KeyNodes = null | undefined | { readonly [member: string]: KeyNodes };

/** The key of a node that stands for all members. */
const EVERY = '*';

/**
 * Replaces the values of attributes in the input or output of a command of the SDK's document client. What the nodes do not
 * name stays as it is.
 *
 * @param convert from plain values to DynamoDB's, or back
 */
export function convertAttributes<Value extends object>(
  value: Value,
  nodes: KeyNodes,
  convert: (value: unknown) => unknown,
): Value {
  const converted = Object.fromEntries(
    Object.entries(nodes ?? {}).flatMap(([member, inner]) => {
      const found: unknown = Reflect.get(value, member);
      return found === undefined ? [] : [[member, convertNode(found, inner, convert)]];
    }),
  );
  return { ...value, ...converted };
}

function convertNode(value: unknown, nodes: KeyNodes, convert: (value: unknown) => unknown): unknown {
  if (nodes === null || nodes === undefined) {
    return convert(value);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const names = Object.keys(nodes);
  if (names.length > 0 && names[0] !== EVERY) {
    return convertAttributes(value, nodes, convert);
  }
  // Without names, each member is a value of an attribute.
  const inner = names.length === 0 ? undefined : nodes[EVERY];
  if (Array.isArray(value)) {
    return value.map((each: unknown) => convertNode(each, inner, convert));
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, convertNode(each, inner, convert)]));
}
