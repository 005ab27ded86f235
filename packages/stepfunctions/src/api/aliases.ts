import type { StateMachine } from '../journal/state-machine-store.ts';
import type { Alias, Route } from '../journal/version-store.ts';
import type { JsonObject } from '../language/json.ts';
import { conflict, resourceNotFound, stateMachineDeleting, validationFailed } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { type ApiContext, present, seconds } from './context.ts';
import { arnMember, descriptionMember, routesMember } from './members.ts';
import { maxResultsMember, nextTokenMember, readPage, textPosition } from './paging.ts';
import { resolve, versionNumber } from './state-machine-lookup.ts';

const createStateMachineAliasShape = {
  description: optional(descriptionMember),
  name: text({
    min: 1,
    max: 80,
    pattern: /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/,
    shownPattern: String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`,
  }),
  routingConfiguration: routesMember,
};

/** CreateStateMachineAlias. Idempotent by name, description and routes. */
export function createStateMachineAlias(context: ApiContext, body: JsonObject): JsonObject {
  const { journal } = context;
  const { name, description, routingConfiguration: routes } = readRequest(createStateMachineAliasShape, body);
  const machine = checkRoutes(context, routes);
  if (machine.status === 'DELETING') {
    throw stateMachineDeleting(machine.arn);
  }
  const arn = `${machine.arn}:${name}`;
  const existing = journal.aliases.find(arn);
  if (existing) {
    const isSame = existing.description === description && JSON.stringify(existing.routes) === JSON.stringify(routes);
    if (!isSame) {
      throw conflict(
        'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
      );
    }
    return { stateMachineAliasArn: arn, creationDate: seconds(existing.createdAt) };
  }
  const now = Date.now();
  journal.aliases.save({ arn, stateMachine: machine.id, name, description, routes, createdAt: now, updatedAt: now });
  return { stateMachineAliasArn: arn, creationDate: seconds(now) };
}

const updateStateMachineAliasShape = {
  stateMachineAliasArn: arnMember,
  description: optional(descriptionMember),
  routingConfiguration: optional(routesMember),
};

/** UpdateStateMachineAlias. */
export function updateStateMachineAlias(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(updateStateMachineAliasShape, body);
  const { description, routingConfiguration: routes } = request;
  if (description === undefined && routes === undefined) {
    throw validationFailed('Either the description or the routing configuration must be specified');
  }
  const alias = findAlias(context, request.stateMachineAliasArn);
  if (routes) {
    const machine = checkRoutes(context, routes);
    if (machine.status === 'DELETING') {
      throw stateMachineDeleting(machine.arn);
    }
    if (machine.id !== alias.stateMachine) {
      throw validationFailed('Routing configuration must contain versions of the state machine the alias belongs to.');
    }
  }
  const now = Date.now();
  context.journal.aliases.save({
    ...alias,
    description: description ?? alias.description,
    routes: routes ?? alias.routes,
    updatedAt: now,
  });
  return { updateDate: seconds(now) };
}

const describeStateMachineAliasShape = { stateMachineAliasArn: arnMember };

/** DescribeStateMachineAlias. */
export function describeStateMachineAlias(context: ApiContext, body: JsonObject): JsonObject {
  const alias = findAlias(context, readRequest(describeStateMachineAliasShape, body).stateMachineAliasArn);
  return present({
    stateMachineAliasArn: alias.arn,
    name: alias.name,
    description: alias.description,
    routingConfiguration: alias.routes.map((route): JsonObject => ({ ...route })),
    creationDate: seconds(alias.createdAt),
    updateDate: seconds(alias.updatedAt),
  });
}

/**
 * The alias with this ARN.
 *
 * @throws {ApiError} InvalidArn, ValidationException, ResourceNotFound
 */
function findAlias({ journal }: ApiContext, arn: string): Alias {
  checkAliasArn(arn);
  const alias = journal.aliases.find(arn);
  if (!alias) {
    throw resourceNotFound(arn);
  }
  return alias;
}

/**
 * Checks that an ARN has the form of an alias's.
 *
 * @throws {ApiError} InvalidArn, ValidationException
 */
function checkAliasArn(arn: string): void {
  const { qualifier } = parseArn(arn, 'stateMachine');
  if (qualifier === undefined || /^\d+$/.test(qualifier)) {
    throw validationFailed(`The ARN '${arn}' names no state machine alias.`);
  }
}

const listStateMachineAliasesShape = {
  stateMachineArn: arnMember,
  nextToken: nextTokenMember,
  maxResults: maxResultsMember,
};

/** ListStateMachineAliases of a state machine, or of one version. */
export function listStateMachineAliases(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(listStateMachineAliasesShape, body);
  const { qualifier } = parseArn(request.stateMachineArn, 'stateMachine');
  const { machine } = resolve(context, request.stateMachineArn);
  const { items, nextToken } = readPage(context, request, {
    name: ['aliases', request.stateMachineArn],
    read: (limit, after) => context.journal.aliases.list(machine.id, limit, textPosition(after)),
    position: ({ name }) => name,
  });
  const isListed = ({ routes }: Alias): boolean =>
    qualifier === undefined ||
    routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === request.stateMachineArn);
  return present({
    stateMachineAliases: items
      .filter(isListed)
      .map(({ arn, createdAt }) => ({ stateMachineAliasArn: arn, creationDate: seconds(createdAt) })),
    nextToken,
  });
}

const deleteStateMachineAliasShape = { stateMachineAliasArn: arnMember };

/** DeleteStateMachineAlias. An alias that does not exist counts as deleted. */
export function deleteStateMachineAlias({ journal }: ApiContext, body: JsonObject): JsonObject {
  const { stateMachineAliasArn } = readRequest(deleteStateMachineAliasShape, body);
  checkAliasArn(stateMachineAliasArn);
  journal.aliases.delete(stateMachineAliasArn);
  return {};
}

/**
 * Checks the routes of an alias.
 *
 * @returns the state machine whose versions the routes name
 * @throws {ApiError} ValidationException, ResourceNotFound
 */
function checkRoutes({ journal }: ApiContext, routes: readonly Route[]): StateMachine {
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
