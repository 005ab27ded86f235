import type { Alias } from '../journal/alias-store.ts';
import type { JsonObject } from '../language/json.ts';
import { resourceNotFound, validationFailed } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import { readRequest } from '../wire/request-shape.ts';
import { type Action, type ApiContext, present, seconds } from './context.ts';
import { arnMember } from './members.ts';

const shape = { stateMachineAliasArn: arnMember };

/** DescribeStateMachineAlias. */
export const describeStateMachineAlias: Action = (context, body) => {
  const alias = findAlias(context, readRequest(shape, body).stateMachineAliasArn);
  return present({
    stateMachineAliasArn: alias.arn,
    name: alias.name,
    description: alias.description,
    routingConfiguration: alias.routes.map((route): JsonObject => ({ ...route })),
    creationDate: seconds(alias.createdAt),
    updateDate: seconds(alias.updatedAt),
  });
};

/**
 * The alias with this ARN.
 *
 * @throws {ApiError} InvalidArn, ValidationException, ResourceNotFound
 */
export function findAlias({ journal }: ApiContext, arn: string): Alias {
  checkAliasArn(arn);
  const alias = journal.aliases.find(arn);
  if (!alias) {
    throw resourceNotFound(arn);
  }
  return alias;
}

/**
 * Checks that an ARN could be an alias's.
 *
 * @throws {ApiError} InvalidArn, ValidationException
 */
export function checkAliasArn(arn: string): void {
  const { qualifier } = parseArn(arn, 'stateMachine');
  if (qualifier === undefined || /^\d+$/.test(qualifier)) {
    throw validationFailed(`The ARN '${arn}' names no state machine alias.`);
  }
}
