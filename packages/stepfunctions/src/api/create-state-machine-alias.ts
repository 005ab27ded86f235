import { conflict, stateMachineDeleting } from '../wire/api-error-texts.ts';
import { optional, readRequest, text } from '../wire/request-shape.ts';
import { checkRoutes } from './alias-routes.ts';
import { type Action, seconds } from './context.ts';
import { descriptionMember, routesMember } from './members.ts';

const shape = {
  description: optional(descriptionMember),
  name: text({ min: 1, max: 80, pattern: /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/ }),
  routingConfiguration: routesMember,
};

/** CreateStateMachineAlias. Asked again for the very same, it answers as the first time. */
export const createStateMachineAlias: Action = (context, body) => {
  const { journal } = context;
  const { name, description, routingConfiguration: routes } = readRequest(shape, body);
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
};
