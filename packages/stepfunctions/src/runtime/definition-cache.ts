import type { Revision } from '../journal/state-machine-store.ts';
import { parseDefinition, type StateMachineDefinition } from '../language/definition.ts';

const MOST_DEFINITIONS = 500;

/** Parses each revision's definition once and keeps the result. */
export class DefinitionCache {
  readonly #parsed = new Map<number, StateMachineDefinition>();

  /**
   * The parsed definition of a revision.
   *
   * @throws {DefinitionError} never for a revision that was validated when it was created
   */
  of(revision: Revision): StateMachineDefinition {
    const known = this.#parsed.get(revision.id);
    if (known) {
      return known;
    }
    const parsed = parseDefinition(revision.definition);
    if (this.#parsed.size >= MOST_DEFINITIONS) {
      this.#parsed.clear();
    }
    this.#parsed.set(revision.id, parsed);
    return parsed;
  }
}
