import { invalidArn } from './api-error.ts';

/** The resource that an ARN of Step Functions names. */
export type ArnResource =
  | { readonly kind: 'stateMachine'; readonly name: string; readonly qualifier?: string }
  | { readonly kind: 'execution'; readonly stateMachine: string; readonly name: string }
  | { readonly kind: 'express'; readonly stateMachine: string; readonly name: string; readonly id: string }
  | { readonly kind: 'activity'; readonly name: string }
  | { readonly kind: 'mapRun'; readonly stateMachine: string; readonly label: string; readonly id: string };

/** Builds the ARNs of this endpoint's account and region. */
export class Arns {
  readonly account: string;
  readonly region: string;

  constructor(account: string, region: string) {
    this.account = account;
    this.region = region;
  }

  stateMachine(name: string): string {
    return this.#states(`stateMachine:${name}`);
  }

  activity(name: string): string {
    return this.#states(`activity:${name}`);
  }

  execution(stateMachine: string, name: string): string {
    return this.#states(`execution:${stateMachine}:${name}`);
  }

  express(stateMachine: string, name: string, id: string): string {
    return this.#states(`express:${stateMachine}:${name}:${id}`);
  }

  #states(resource: string): string {
    return `arn:aws:states:${this.region}:${this.account}:${resource}`;
  }
}

function resourceOf(kind: string | undefined, parts: readonly string[]): ArnResource | undefined {
  const [first = '', second = '', third = ''] = parts;
  switch (kind) {
    case 'stateMachine':
      if (parts.length === 1) {
        return { kind, name: first };
      }
      return parts.length === 2 ? { kind, name: first, qualifier: second } : undefined;
    case 'execution':
      return parts.length === 2 ? { kind, stateMachine: first, name: second } : undefined;
    case 'express':
      return parts.length === 3 ? { kind, stateMachine: first, name: second, id: third } : undefined;
    case 'activity':
      return parts.length === 1 ? { kind, name: first } : undefined;
    case 'mapRun': {
      const [stateMachine = '', label = ''] = first.split('/');
      return parts.length === 2 && first.includes('/') ? { kind, stateMachine, label, id: second } : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Parses an ARN of Step Functions.
 *
 * @param allowed the kinds of resource that the action accepts
 * @throws {ApiError} InvalidArn
 */
export function parseArn<K extends ArnResource['kind']>(
  arn: string,
  ...allowed: readonly K[]
): Extract<ArnResource, { kind: K }> {
  if (!arn.startsWith('arn:')) {
    throw invalidArn(`Invalid ARN prefix: ${arn}`);
  }
  const [, , service, , , kind, ...rest] = arn.split(':');
  if (kind === undefined) {
    throw invalidArn(`Invalid ARN format: ${arn}`);
  }
  if (service !== 'states') {
    throw invalidArn(`Service not valid in this context: ${service}`);
  }
  const resource = resourceOf(kind, rest);
  const known = resource !== undefined && rest.every((part) => part !== '');
  if (!known) {
    throw invalidArn(`Invalid ARN format: ${arn}`);
  }
  const isAllowed = (value: ArnResource): value is Extract<ArnResource, { kind: K }> =>
    (allowed as readonly string[]).includes(value.kind);
  if (!isAllowed(resource)) {
    throw invalidArn(`Resource type not valid in this context: ${kind}`);
  }
  return resource;
}
