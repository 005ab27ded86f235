import type { Expression } from 'jsonata';

/** A node of JSONata's syntax tree, as loosely as its typings know it. */
export type AstNode = { readonly [member: string]: unknown };

/** What else than its own step the evaluation of some nodes costs. */
export interface Roles {
  /** Nodes whose values an operator reads as a whole: it compares them, makes text or a truth value of them. */
  readonly readWhole: ReadonlySet<AstNode>;
  /** Nodes that say which group of a group-by an element belongs to, with the node that groups. */
  readonly groupNames: ReadonlyMap<AstNode, AstNode>;
  /** Nodes whose value `|…|…|` writes into what it copied. */
  readonly updates: ReadonlySet<AstNode>;
}

const COMPARING: ReadonlySet<unknown> = new Set(['=', '!=', '&', 'in', 'and', 'or']);

/** Looks through an expression once for the nodes that need watching. */
export function rolesIn(expression: Expression): Roles {
  const found = { readWhole: new Set<AstNode>(), groupNames: new Map<AstNode, AstNode>(), updates: new Set<AstNode>() };
  const waiting: unknown[] = [expression.ast()];
  const seen = new Set<unknown>();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null || seen.has(node)) {
      continue;
    }
    seen.add(node);
    if (!Array.isArray(node)) {
      assign(node as AstNode, found);
    }
    waiting.push(...Object.values(node).filter((member) => typeof member === 'object' && member !== null));
  }
  return found;
}

function assign(
  node: AstNode,
  found: { readWhole: Set<AstNode>; groupNames: Map<AstNode, AstNode>; updates: Set<AstNode> },
): void {
  if (node.type === 'binary' && COMPARING.has(node.value)) {
    addAll(found.readWhole, [node.lhs, node.rhs]);
  }
  if (node.type === 'condition') {
    addAll(found.readWhole, [node.condition]);
  }
  if (node.type === 'filter') {
    addAll(found.readWhole, [node.expr]);
  }
  if (node.type === 'transform') {
    addAll(found.updates, [node.update]);
  }
  const pairs = node.type === 'unary' && node.value === '{' ? node.lhs : (node.group as AstNode | undefined)?.lhs;
  if (Array.isArray(pairs)) {
    for (const [name] of pairs) {
      found.groupNames.set(name, node);
    }
  }
}

function addAll(nodes: Set<AstNode>, more: readonly unknown[]): void {
  for (const node of more) {
    if (typeof node === 'object' && node !== null) {
      nodes.add(node as AstNode);
    }
  }
}
