import { parseSync } from '@swc/core';

/** A test that may stay green whatever the code does. */
export interface ToothlessTest {
  readonly title: string;
  readonly why: string;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** Where an expectation stands within its test. */
type Place = 'plain' | 'loop' | 'catch';

const FUNCTIONS = new Set(['FunctionExpression', 'ArrowFunctionExpression', 'FunctionDeclaration']);
const LOOPS = new Set(['ForOfStatement', 'ForInStatement']);

/** `expect(...)`, `fc.assert(...)`, and waits that fail when their time is over. */
const EXPECTATION = /(?:^|\.)(?:(?:expect|assert)(?:$|[A-Z.])|eventually$|waitFor[A-Z])/;

/**
 * Finds tests by their shape:
 *
 * - without any expectation
 * - with expectations only in a loop over something computed, which may be empty, or only in a `catch`
 * - with a statement whose rejection `.catch(() => undefined)` swallows
 *
 * A call of a function of the same file counts as what that function expects. A call into another file counts if its
 * name starts with `expect`, `assert` or `waitFor`. A loop over a literal or a constant (UPPER_SNAKE) cannot be empty
 * unnoticed.
 *
 * @param source a test file in TypeScript
 */
export function toothlessTests(source: string): readonly ToothlessTest[] {
  const program = parseSync(source, { syntax: 'typescript', target: 'es2024' }) as unknown as Node;
  const declared = new Map<string, Node>();
  const constants = new Set<string>();
  visit(program, (node) => {
    const name = nameOf(node.identifier ?? node.id);
    if (node.type === 'FunctionDeclaration' && name !== undefined) {
      declared.set(name, node);
    }
    if (node.type === 'VariableDeclarator' && name !== undefined) {
      if (isFunction(node.init)) {
        declared.set(name, node.init as Node);
      } else if (isFilled(node.init, constants)) {
        constants.add(name);
      }
    }
  });
  const found: ToothlessTest[] = [];
  visit(program, (node) => {
    const callback = callbackOf(node);
    if (callback !== undefined) {
      const title = titleOf(node);
      const places = new Set(placesOf(callback, { declared, constants, entered: new Set() }));
      if (places.size === 0) {
        found.push({ title, why: 'expects nothing' });
      } else if (!places.has('plain')) {
        found.push({ title, why: `expects only in a ${[...places].join(' or a ')}` });
      }
      if (swallows(callback)) {
        found.push({ title, why: 'swallows a rejection' });
      }
    }
  });
  return found;
}

/** The function of `test('...', function)` or `test.each(...)('...', function)`. */
function callbackOf(node: Node): Node | undefined {
  if (
    node.type !== 'CallExpression' ||
    !/^(?:test|it)(?:$|\.(?:each|concurrent|only|failing))/.test(pathOf(node.callee))
  ) {
    return undefined;
  }
  return argumentsOf(node).find(isFunction);
}

function titleOf(node: Node): string {
  const [title] = argumentsOf(node);
  return typeof title?.value === 'string' ? title.value : '(no literal title)';
}

/** What is known of a file and of the way into it. */
interface Scope {
  readonly declared: ReadonlyMap<string, Node>;
  readonly constants: ReadonlySet<string>;
  /** Functions of the file that are being looked at. */
  readonly entered: ReadonlySet<string>;
}

function placesOf(node: unknown, scope: Scope, place: Place = 'plain'): readonly Place[] {
  if (typeof node !== 'object' || node === null) {
    return [];
  }
  if (isNode(node)) {
    if (node.type === 'CallExpression') {
      return placesOfCall(node, scope, place);
    }
    if (node.type === 'CatchClause') {
      return placesOfChildren(node, scope, 'catch');
    }
    if (LOOPS.has(node.type) && !isFilled(node.right, scope.constants)) {
      return placesOfChildren(node, scope, 'loop');
    }
  }
  return placesOfChildren(node, scope, place);
}

function placesOfChildren(node: object, scope: Scope, place: Place): readonly Place[] {
  return Object.values(node).flatMap((child) => placesOf(child, scope, place));
}

function placesOfCall(node: Node, scope: Scope, place: Place): readonly Place[] {
  const path = pathOf(node.callee);
  if (EXPECTATION.test(path)) {
    return [place];
  }
  const helper = scope.entered.has(path) ? undefined : scope.declared.get(path);
  if (helper !== undefined) {
    const within = placesOf(helper, { ...scope, entered: new Set([...scope.entered, path]) }, place);
    return [...within, ...placesOf(node.arguments, scope, place)];
  }
  if (path.endsWith('.forEach')) {
    return placesOf(node.arguments, scope, isFilled((node.callee as Node).object, scope.constants) ? place : 'loop');
  }
  const inArguments = path.endsWith('.catch') ? 'catch' : place;
  return [...placesOf(node.callee, scope, place), ...placesOf(node.arguments, scope, inArguments)];
}

/** Whether a loop over it runs at least once, as far as its shape tells. */
function isFilled(node: unknown, constants: ReadonlySet<string>): boolean {
  if (!isNode(node)) {
    return false;
  }
  switch (node.type) {
    case 'ArrayExpression':
      return (node.elements as readonly unknown[]).length > 0;
    case 'ObjectExpression':
      return (node.properties as readonly unknown[]).length > 0;
    case 'TsConstAssertion':
    case 'TsAsExpression':
    case 'TsSatisfiesExpression':
    case 'ParenthesisExpression':
      return isFilled(node.expression, constants);
    case 'Identifier':
      return /^[A-Z][A-Z0-9_]*$/.test(String(node.value)) || constants.has(String(node.value));
    case 'CallExpression': {
      // Object.entries(constant), constant.entries(), [...].map(...)
      const [first] = argumentsOf(node);
      const callee = node.callee as Node;
      const path = pathOf(callee);
      return /^Object\.(?:entries|keys|values)$/.test(path)
        ? isFilled(first, constants)
        : /\.(?:entries|keys|values|map|toSorted|toReversed)$/.test(path) && isFilled(callee.object, constants);
    }
    default:
      return false;
  }
}

/** Whether a statement turns a rejection into nothing. */
function swallows(callback: Node): boolean {
  let found = false;
  visit(callback, (node) => {
    if (node.type !== 'ExpressionStatement') {
      return;
    }
    const statement = node.expression as Node;
    const call = statement.type === 'AwaitExpression' ? (statement.argument as Node) : statement;
    if (call.type === 'CallExpression' && /\.catch$/.test(pathOf(call.callee))) {
      const [handler] = argumentsOf(call);
      found ||= isFunction(handler) && isEmpty((handler as Node).body);
    }
  });
  return found;
}

function isEmpty(body: unknown): boolean {
  if (!isNode(body)) {
    return false;
  }
  return Array.isArray(body.stmts) ? body.stmts.length === 0 : body.type === 'Identifier' && body.value === 'undefined';
}

/** The dotted name of what is called: `fc.assert`, `test.each`, `run().catch` as `().catch`. */
function pathOf(node: unknown): string {
  if (!isNode(node)) {
    return '';
  }
  switch (node.type) {
    case 'Identifier':
      return String(node.value);
    case 'MemberExpression':
      return `${pathOf(node.object)}.${pathOf(node.property)}`;
    case 'CallExpression':
      return pathOf(node.callee);
    case 'TaggedTemplateExpression':
      return pathOf(node.tag);
    default:
      return '()';
  }
}

function argumentsOf(node: Node): readonly Node[] {
  return ((node.arguments ?? []) as readonly { readonly expression: Node }[]).map(({ expression }) => expression);
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node.value) : undefined;
}

function isFunction(node: unknown): boolean {
  return isNode(node) && FUNCTIONS.has(node.type);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function visit(node: unknown, look: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const one of node) {
      visit(one, look);
    }
    return;
  }
  if (typeof node !== 'object' || node === null) {
    return;
  }
  if (isNode(node)) {
    look(node);
  }
  for (const child of Object.values(node)) {
    visit(child, look);
  }
}
