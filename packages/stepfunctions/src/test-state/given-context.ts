import { parseTaskTarget } from '../core/task-target.ts';
import type { State } from '../language/definition.ts';
import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';

type Rule = 'string' | 'integer' | 'any' | { readonly [member: string]: Rule };

/** The members of a context object that a TestState request may give. */
const CONTEXT: { readonly [member: string]: Rule } = {
  Execution: {
    Id: 'string',
    Input: 'any',
    Name: 'string',
    RedriveCount: 'integer',
    RedriveTime: 'string',
    RoleArn: 'string',
    StartTime: 'string',
  },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'integer' },
  StateMachine: { Id: 'string', Name: 'string' },
  Task: { Token: 'string' },
};

/** Why a context object cannot be used for testing a state, as AWS words it, or `undefined` when it can. */
export function contextFault(context: JsonObject, state: State): string | undefined {
  const fault = faultIn(context, CONTEXT, '');
  if (fault !== undefined) {
    return fault;
  }
  if (context.Task !== undefined && !waits(state)) {
    return "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern";
  }
  return undefined;
}

function waits(state: State): boolean {
  if (state.Type !== 'Task') {
    return false;
  }
  const target = parseTaskTarget(state.Resource);
  return target.kind === 'INTEGRATION' && target.pattern !== 'REQUEST_RESPONSE';
}

function faultIn(value: JsonObject, rules: { readonly [member: string]: Rule }, inside: string): string | undefined {
  for (const [name, inner] of Object.entries(value)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const path = `${inside}${name}`;
    if (rule === undefined) {
      return path === 'Map'
        ? "'Map' field is not supported when mocking a Context object"
        : `Field '${name}' is not allowed`;
    }
    const fault = faultOf(inner, rule, path);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

function faultOf(value: Json, rule: Rule, path: string): string | undefined {
  switch (rule) {
    case 'any':
      return undefined;
    case 'string':
      return typeof value === 'string' ? undefined : `${path} must be a string`;
    case 'integer':
      return Number.isInteger(value) ? undefined : `${path} must be a integer`;
    default:
      return isJsonObject(value) ? faultIn(value, rule, `${path}.`) : `${path} must be a object`;
  }
}
