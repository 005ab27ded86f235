import type { Revision } from '../journal/state-machine-store.ts';
import { parseDefinition, type StateMachineDefinition } from '../language/definition.ts';

const KEPT = 500;

/** Parsed definitions of the revisions in use. */
export class Definitions {
  readonly #parsed = new Map<number, StateMachineDefinition>();

  /** @throws {DefinitionError} never for a revision that was validated when it was made */
  of(revision: Revision): StateMachineDefinition {
    const known = this.#parsed.get(revision.id);
    if (known) {
      return known;
    }
    const parsed = parseDefinition(revision.definition);
    if (this.#parsed.size >= KEPT) {
      this.#parsed.clear();
    }
    this.#parsed.set(revision.id, parsed);
    return parsed;
  }
}
