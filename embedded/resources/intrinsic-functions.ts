/** A JSON value of a CloudFormation template. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** The values of a template's names on this machine. */
export interface TemplateNames {
  /** The value of `Ref` for a resource or pseudo parameter, or undefined for an unknown name. */
  readonly ref: (name: string) => string | undefined;
  /** The value of `Fn::GetAtt`, or undefined when the resource has no such attribute here. */
  readonly attribute: (resource: string, attribute: string) => string | undefined;
}

/** Thrown when a template uses a name or function that the embedded stack does not know. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * Replaces `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` by their values, at any depth.
 *
 * @param path the value's place in serverless.yml, for the error
 * @throws TemplateError naming the path of an unknown name or another function
 */
export function resolveIntrinsicFunctions(value: TemplateValue, names: TemplateNames, path: string): TemplateValue {
  if (Array.isArray(value)) {
    return value.map((entry, index) => resolveIntrinsicFunctions(entry, names, `${path}[${index}]`));
  }
  if (!isObject(value)) {
    return value;
  }
  const entries = Object.entries(value);
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
    return resolveFunction(only[0], only[1], names, path);
  }
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, resolveIntrinsicFunctions(entry, names, `${path}.${key}`)]),
  );
}

function resolveFunction(name: string, argument: TemplateValue, names: TemplateNames, path: string): string {
  switch (name) {
    case 'Ref':
      return resolveRef(argument, names, path);
    case 'Fn::GetAtt':
      return resolveGetAtt(argument, names, path);
    case 'Fn::Sub':
      return resolveSub(argument, names, path);
    case 'Fn::Join':
      return resolveJoin(argument, names, path);
    default:
      throw new TemplateError(`${path}: ${name} is not supported by the embedded stack; use Ref, GetAtt, Sub or Join.`);
  }
}

function resolveRef(argument: TemplateValue, names: TemplateNames, path: string): string {
  const found = typeof argument === 'string' ? names.ref(argument) : undefined;
  if (found === undefined) {
    throw new TemplateError(
      `${path}: Ref ${JSON.stringify(argument)} names no resource or pseudo parameter known here.`,
    );
  }
  return found;
}

function resolveGetAtt(argument: TemplateValue, names: TemplateNames, path: string): string {
  const parts = typeof argument === 'string' ? splitAttribute(argument) : argument;
  if (Array.isArray(parts)) {
    const [resource, attribute] = parts as readonly TemplateValue[];
    if (typeof resource === 'string' && typeof attribute === 'string') {
      const found = names.attribute(resource, attribute);
      if (found !== undefined) {
        return found;
      }
    }
  }
  throw new TemplateError(`${path}: GetAtt ${JSON.stringify(argument)} names no resource and attribute known here.`);
}

function splitAttribute(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function resolveSub(argument: TemplateValue, names: TemplateNames, path: string): string {
  const [text, variables] = Array.isArray(argument) ? (argument as readonly TemplateValue[]) : [argument];
  if (typeof text !== 'string') {
    throw new TemplateError(`${path}: Sub needs a text.`);
  }
  const own = isObject(variables) ? variables : {};
  return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal === '!') {
      return `\${${name}}`;
    }
    const variable = own[name];
    if (variable !== undefined) {
      return String(resolveIntrinsicFunctions(variable, names, path));
    }
    return name.includes('.') ? resolveGetAtt(name, names, path) : resolveRef(name, names, path);
  });
}

function resolveJoin(argument: TemplateValue, names: TemplateNames, path: string): string {
  const [separator, parts] = Array.isArray(argument) ? (argument as readonly TemplateValue[]) : [];
  if (typeof separator !== 'string' || !Array.isArray(parts)) {
    throw new TemplateError(`${path}: Join needs a separator and a list.`);
  }
  return parts.map((part) => String(resolveIntrinsicFunctions(part, names, path))).join(separator);
}

function isObject(value: TemplateValue | undefined): value is { readonly [key: string]: TemplateValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
