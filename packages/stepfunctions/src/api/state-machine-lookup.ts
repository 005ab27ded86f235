import type { Revision, StateMachine } from '../journal/state-machine-store.ts';
import type { Alias, Version } from '../journal/version-store.ts';
import { stateMachineDoesNotExist } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import type { ApiContext } from './context.ts';

/** What the ARN of a state machine, a version or an alias resolves to. */
export interface Resolved {
  readonly machine: StateMachine;
  readonly revision: Revision;
  readonly version?: Version;
  readonly versionArn?: string;
  readonly alias?: Alias;
}

/**
 * The state machine with this ARN, which must have no version or alias.
 *
 * @throws {ApiError} InvalidArn, StateMachineDoesNotExist
 */
export function findMachine({ journal }: ApiContext, arn: string): StateMachine {
  parseArn(arn, 'stateMachine');
  const machine = journal.stateMachines.find(arn);
  if (!machine) {
    throw stateMachineDoesNotExist(arn);
  }
  return machine;
}

/**
 * Resolves an ARN to a state machine and a revision. For an alias, picks one of its versions by weight.
 *
 * @throws {ApiError} InvalidArn, StateMachineDoesNotExist
 */
export function resolve(context: ApiContext, arn: string): Resolved {
  const { journal } = context;
  const { qualifier } = parseArn(arn, 'stateMachine');
  const unqualified = qualifier === undefined ? arn : arn.slice(0, -qualifier.length - 1);
  const machine = journal.stateMachines.find(unqualified);
  if (!machine) {
    throw stateMachineDoesNotExist(arn);
  }
  if (qualifier === undefined) {
    return { machine, revision: journal.stateMachines.revision(machine.revision) };
  }
  const alias = journal.aliases.find(arn);
  const versionArn = alias ? routeOf(alias) : arn;
  const version = journal.versions.find(machine.id, versionNumber(versionArn));
  if (!version) {
    throw stateMachineDoesNotExist(arn);
  }
  const revision = journal.stateMachines.revision(version.revision);
  return { machine, revision, version, versionArn, ...(alias && { alias }) };
}

/** The number at the end of a version's ARN; NaN for any other ARN. */
export function versionNumber(arn: string): number {
  const last = arn.slice(arn.lastIndexOf(':') + 1);
  return /^[1-9]\d*$/.test(last) ? Number(last) : Number.NaN;
}

/** The version that an alias picks. Its weights are 100 together, so that there always is one. */
function routeOf({ arn, routes }: Alias): string {
  let left = Math.random() * 100;
  const picked = routes.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return picked?.stateMachineVersionArn ?? arn;
}
