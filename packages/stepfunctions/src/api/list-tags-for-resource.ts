import { readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { arnMember } from './members.ts';
import { checkTaggable } from './taggable.ts';

const shape = { resourceArn: arnMember };

/** ListTagsForResource. */
export const listTagsForResource: Action = (context, body) => {
  const { resourceArn } = readRequest(shape, body);
  checkTaggable(context, resourceArn);
  return { tags: context.journal.tags.of(resourceArn).map(({ key, value }) => ({ key, value })) };
};
