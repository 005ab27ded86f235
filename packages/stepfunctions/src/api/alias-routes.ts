import type { Route } from '../journal/alias-store.ts';
import type { StateMachine } from '../journal/state-machine-store.ts';
import { resourceNotFound, validationFailed } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import type { ApiContext } from './context.ts';
import { versionNumber } from './state-machine-lookup.ts';

/**
 * Checks where an alias is to lead.
 *
 * @returns the state machine of the versions
 * @throws {ApiError} ValidationException, ResourceNotFound
 */
export function checkRoutes({ journal }: ApiContext, routes: readonly Route[]): StateMachine {
  const arns = routes.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
  const received = `Received: [${arns.join(', ')}]`;
  if (new Set(arns).size < arns.length) {
    throw validationFailed(`Routing configuration must contain distinct state machine version ARNs. ${received}`);
  }
  for (const arn of arns) {
    parseArn(arn, 'stateMachine');
  }
  if (arns.some((arn) => Number.isNaN(versionNumber(arn)))) {
    throw validationFailed(`Routing configuration must contain state machine version ARNs. ${received}`);
  }
  const [machineArn = '', ...others] = new Set(arns.map((arn) => arn.slice(0, arn.lastIndexOf(':'))));
  if (others.length > 0) {
    throw validationFailed(`Routing configuration must contain versions of the same state machine. ${received}`);
  }
  const weights = routes.map(({ weight }) => weight);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
    throw validationFailed(`Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`);
  }
  const machine = journal.stateMachines.find(machineArn);
  if (!machine) {
    throw resourceNotFound(machineArn);
  }
  for (const arn of arns) {
    if (!journal.versions.find(machine.id, versionNumber(arn))) {
      throw resourceNotFound(arn);
    }
  }
  return machine;
}
