import { StatesError } from '../language/states-error.ts';
import type { IntegrationPattern, TaskTarget } from './effect.ts';

type Integration = Extract<TaskTarget, { readonly kind: 'INTEGRATION' }>;

const PATTERNS: Readonly<Record<string, IntegrationPattern>> = {
  sync: 'RUN_A_JOB',
  'sync:2': 'RUN_A_JOB_V2',
  waitForTaskToken: 'WAIT_FOR_TASK_TOKEN',
};

/**
 * Reads a Task state's `Resource`.
 *
 * @throws {StatesError} `States.Runtime`: a Task cannot call it.
 */
export function parseTaskTarget(resource: string): TaskTarget {
  const [, , service = '', region, , kind, ...rest] = resource.split(':');
  if (service === 'lambda' && kind === 'function') {
    return { kind: 'LAMBDA_FUNCTION', functionArn: resource };
  }
  if (service === 'states' && kind === 'activity') {
    return { kind: 'ACTIVITY', activityArn: resource };
  }
  if (service === 'states' && region === '' && kind !== undefined) {
    const sdk = kind === 'aws-sdk';
    const [name, ...call] = sdk ? rest : [kind, ...rest];
    const integration = name === undefined ? undefined : integrationOf(resource, name, call.join(':'), sdk);
    if (integration !== undefined) {
      return integration;
    }
  }
  throw new StatesError('States.Runtime', `The resource '${resource}' is nothing that a Task state can call.`);
}

/** `resource` and `resourceType`, as the history names an integration: `invoke.waitForTaskToken` of `lambda`. */
export function integrationNames(target: Integration): { readonly resource: string; readonly resourceType: string } {
  const resourceType = target.sdk ? `aws-sdk:${target.service}` : target.service;
  return {
    resource: target.resource.slice(target.resource.indexOf(':::') + resourceType.length + 4),
    resourceType,
  };
}

function integrationOf(resource: string, service: string, call: string, sdk: boolean): Integration | undefined {
  const dot = call.indexOf('.');
  const action = dot < 0 ? call : call.slice(0, dot);
  const pattern = dot < 0 ? 'REQUEST_RESPONSE' : PATTERNS[call.slice(dot + 1)];
  if (action === '' || pattern === undefined) {
    return undefined;
  }
  return { kind: 'INTEGRATION', resource, service, action, sdk, pattern };
}
