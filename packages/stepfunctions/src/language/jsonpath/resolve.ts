import type { Scope } from '../scope.ts';
import type { Path } from './path.ts';
import { select } from './select.ts';
import type { Selection } from './selection.ts';

/** Applies a path to what its root means in a scope: the input, the context object or a variable. */
export function resolve(path: Path, scope: Scope): Selection {
  switch (path.root.kind) {
    case 'INPUT':
      return select(path, scope.input);
    case 'CONTEXT':
      return select(path, scope.context);
    case 'VARIABLE': {
      const { name } = path.root;
      const value = Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined;
      return value === undefined ? { found: false, reason: `No such variable: $${name}` } : select(path, value);
    }
  }
}
