import type { Environment, Expression } from 'jsonata';
import { regExpsWithin } from '../bounded-regexp.ts';
import type { Meter } from './meter.ts';
import { type AstNode, type Roles, rolesIn } from './roles.ts';
import { SURROUNDINGS, type Surroundings } from './surroundings.ts';

/** JSONata calls what is bound to these before and after each step. */
const BEFORE = Symbol.for('jsonata.__evaluate_entry');
const AFTER = Symbol.for('jsonata.__evaluate_exit');

/** What JSONata's typings leave out. */
interface RunningEnvironment extends Environment {
  readonly base: { RegexEngine: RegExpConstructor; meter?: Meter };
}

/** What these make is new, and may be larger than what it is made of. */
const MAKING: ReadonlySet<unknown> = new Set(['unary', 'binary', 'function', 'apply', 'descendant', 'wildcard']);

/** Has every evaluation of an expression measured by the meter of its surroundings. */
export function measure(expression: Expression): void {
  let roles: Roles | undefined;
  const before = (node: AstNode, input: unknown, environment: RunningEnvironment): void => {
    const meter = meterOf(environment);
    meter.enter();
    meter.branch(partsOf(node));
    switch (node.type) {
      case 'name':
        if (Array.isArray(input)) {
          meter.read(input);
        }
        break;
      case 'wildcard':
      case 'descendant':
        meter.read(input);
        break;
      case 'regex':
        environment.base.RegexEngine = regExpsWithin(meter.matchingTime);
        break;
    }
    if (node.group !== undefined || (node.value === '{' && Array.isArray(input))) {
      meter.groups.begin(node);
    }
  };
  const after = (node: AstNode, _input: unknown, environment: RunningEnvironment, result: unknown): void => {
    const meter = meterOf(environment);
    roles ??= rolesIn(expression);
    meter.leave();
    meter.branch(-partsOf(node));
    if (isMade(node, result)) {
      meter.weigh(result);
    }
    if (roles.readWhole.has(node)) {
      meter.read(result);
    }
    if (roles.updates.has(node)) {
      meter.changed();
    }
    const grouping = roles.groupNames.get(node);
    if (grouping !== undefined) {
      meter.group(grouping, nameIn(result));
    }
  };
  // The typings know names only, JSONata itself takes symbols.
  const assign = expression.assign as (name: string | symbol, value: unknown) => void;
  assign(BEFORE, before);
  assign(AFTER, after);
}

/** Kept where it is found at once: every step asks for it. */
function meterOf({ base, lookup }: RunningEnvironment): Meter {
  base.meter ??= (lookup(SURROUNDINGS) as Surroundings).meter;
  return base.meter;
}

/** A sequence of one is that one, but only after this. */
function nameIn(result: unknown): string {
  const one = Array.isArray(result) && result.length === 1 ? result[0] : result;
  return typeof one === 'string' ? one : '';
}

/** Parts of an array or object that are evaluated side by side, besides the first. */
function partsOf(node: AstNode): number {
  const parts = node.type === 'unary' ? (node.value === '[' ? node.expressions : node.lhs) : undefined;
  return Array.isArray(parts) && parts.length > 1 ? parts.length - 1 : 0;
}

/** A path makes a sequence, or leads to what is there already. */
function isMade(node: AstNode, result: unknown): boolean {
  if (node.type === 'path') {
    return Array.isArray(result) && 'sequence' in result;
  }
  return MAKING.has(node.type) || node.group !== undefined;
}
