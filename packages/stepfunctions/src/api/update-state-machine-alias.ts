import { stateMachineDeleting, validationFailed } from '../wire/api-error-texts.ts';
import { optional, readRequest } from '../wire/request-shape.ts';
import { checkRoutes } from './alias-routes.ts';
import { type Action, seconds } from './context.ts';
import { findAlias } from './describe-state-machine-alias.ts';
import { arnMember, descriptionMember, routesMember } from './members.ts';

const shape = {
  stateMachineAliasArn: arnMember,
  description: optional(descriptionMember),
  routingConfiguration: optional(routesMember),
};

/** UpdateStateMachineAlias. */
export const updateStateMachineAlias: Action = (context, body) => {
  const request = readRequest(shape, body);
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
};
