import type { AstNode } from './roles.ts';

/** The sizes of the groups that one evaluation's group-bys have at the moment. JSONata copies a group to add to it. */
export class Groups {
  readonly #sizes = new Map<AstNode, Map<string, number>>();

  begin(node: AstNode): void {
    this.#sizes.set(node, new Map());
  }

  /** An element joins a group. The size of the group before; `undefined` when the node does not group anything. */
  join(node: AstNode, name: string): number | undefined {
    const sizes = this.#sizes.get(node);
    const size = sizes?.get(name) ?? 0;
    sizes?.set(name, size + 1);
    return sizes && size;
  }
}
