import { list, readRequest, text } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { arnMember } from './members.ts';
import { checkTaggable } from './taggable.ts';

const shape = { resourceArn: arnMember, tagKeys: list(text({ min: 1, max: 128 })) };

/** UntagResource. */
export const untagResource: Action = (context, body) => {
  const request = readRequest(shape, body);
  checkTaggable(context, request.resourceArn);
  context.journal.transaction(() => context.journal.tags.remove(request.resourceArn, request.tagKeys));
  return {};
};
