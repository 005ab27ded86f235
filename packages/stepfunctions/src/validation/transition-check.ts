import type { State, StateGraph } from '../language/definition.ts';
import type { Findings } from './diagnostic.ts';
import { below } from './field.ts';

interface Transition {
  readonly target: string;
  readonly location: string;
}

/**
 * Checks the transitions of a machine: every target exists, every state is reachable, a state ends the machine, and
 * names are unique. The fields must have passed their own checks.
 */
export function checkTransitions(machine: StateGraph, findings: Findings): void {
  const names = new Set<string>();
  for (const { graph, location } of graphs(machine, '/')) {
    checkGraph(graph, location, findings);
    for (const name of Object.keys(graph.States)) {
      if (names.has(name)) {
        findings.error('DUPLICATE_STATE_NAME', `Duplicate State name: ${name}`, stateLocation(location, name));
      }
      names.add(name);
    }
  }
}

interface PlacedGraph {
  readonly graph: StateGraph;
  readonly location: string;
}

function* graphs(graph: StateGraph, location: string): Generator<PlacedGraph> {
  yield { graph, location };
  for (const [name, state] of Object.entries(graph.States)) {
    const place = stateLocation(location, name);
    if (state.Type === 'Parallel') {
      for (const [at, branch] of state.Branches.entries()) {
        yield* graphs(branch, `${place}/Branches[${at}]`);
      }
    }
    if (state.Type === 'Map') {
      yield* graphs(state.ItemProcessor, `${place}/ItemProcessor`);
    }
  }
}

function checkGraph(graph: StateGraph, location: string, findings: Findings): void {
  const states = Object.entries(graph.States);
  const start: Transition = { target: graph.StartAt, location: below(location, 'StartAt') };
  const all = [start, ...states.flatMap(([name, state]) => transitions(state, stateLocation(location, name)))];
  for (const { target, location: place } of all) {
    if (!Object.hasOwn(graph.States, target)) {
      findings.error('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${target}`, place);
    }
  }
  // AWS wants an end of the whole machine only, not of a branch or an iteration.
  if (location === '/' && !states.some(([, state]) => isTerminal(state))) {
    findings.error('MISSING_END_STATE', 'Workflow has no terminal state');
    return;
  }
  const reached = reachable(graph);
  for (const [name] of states) {
    if (reached.has(name)) {
      continue;
    }
    findings.error('MISSING_TRANSITION_TARGET', `State "${name}" is not reachable.`, stateLocation(location, name));
  }
}

function isTerminal(state: State): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true);
}

function reachable(graph: StateGraph): ReadonlySet<string> {
  const reached = new Set<string>([graph.StartAt]);
  for (const name of reached) {
    const state = Object.hasOwn(graph.States, name) ? graph.States[name] : undefined;
    for (const { target } of state === undefined ? [] : transitions(state, '')) {
      reached.add(target);
    }
  }
  return reached;
}

function transitions(state: State, location: string): readonly Transition[] {
  const found: Transition[] = [];
  const add = (target: string | undefined, field: string) => {
    if (target !== undefined) {
      found.push({ target, location: `${location}/${field}` });
    }
  };
  if ('Next' in state) {
    add(state.Next, 'Next');
  }
  if (state.Type === 'Choice') {
    for (const [at, rule] of state.Choices.entries()) {
      add(rule.Next, `Choices[${at}]/Next`);
    }
    add(state.Default, 'Default');
  }
  if ('Catch' in state) {
    for (const [at, catcher] of (state.Catch ?? []).entries()) {
      add(catcher.Next, `Catch[${at}]/Next`);
    }
  }
  return found;
}

function stateLocation(location: string, name: string): string {
  return below(below(location, 'States'), name);
}
