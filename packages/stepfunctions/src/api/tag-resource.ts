import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { arnMember, tagsMember } from './members.ts';
import { checkTaggable } from './taggable.ts';
import { checkTags } from './tags.ts';

const shape = { resourceArn: arnMember, tags: tagsMember };

/** TagResource. */
export const tagResource: Action = (context, body) => {
  const request = readRequest(shape, body);
  checkTaggable(context, request.resourceArn);
  const tags = checkTags(context, request.resourceArn, request.tags);
  context.journal.transaction(() => context.journal.tags.add(request.resourceArn, tags));
  return {};
};
