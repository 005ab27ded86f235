import type { Tag } from '../journal/tag-store.ts';
import type { JsonObject } from '../language/json.ts';
import { ApiError, resourceNotFound, validationFailed } from '../wire/api-error.ts';
import { parseArn } from '../wire/arn.ts';
import { list, type Read, readRequest, text } from '../wire/request-shape.ts';
import type { ApiContext } from './context.ts';
import { arnMember, tagsMember } from './members.ts';

const tagResourceShape = { resourceArn: arnMember, tags: tagsMember };

/** TagResource. */
export function tagResource(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(tagResourceShape, body);
  checkTaggable(context, request.resourceArn);
  const tags = checkTags(context, request.resourceArn, request.tags);
  context.journal.transaction(() => context.journal.tags.add(request.resourceArn, tags));
  return {};
}

const untagResourceShape = { resourceArn: arnMember, tagKeys: list(text({ min: 1, max: 128 })) };

/** UntagResource. */
export function untagResource(context: ApiContext, body: JsonObject): JsonObject {
  const request = readRequest(untagResourceShape, body);
  checkTaggable(context, request.resourceArn);
  context.journal.transaction(() => context.journal.tags.remove(request.resourceArn, request.tagKeys));
  return {};
}

const listTagsForResourceShape = { resourceArn: arnMember };

/** ListTagsForResource. */
export function listTagsForResource(context: ApiContext, body: JsonObject): JsonObject {
  const { resourceArn } = readRequest(listTagsForResourceShape, body);
  checkTaggable(context, resourceArn);
  return { tags: context.journal.tags.of(resourceArn).map(({ key, value }) => ({ key, value })) };
}

/**
 * Checks that an ARN names a taggable resource: a state machine or an activity, but no version or alias.
 *
 * @throws {ApiError} InvalidArn, ResourceNotFound
 */
function checkTaggable({ journal }: ApiContext, arn: string): void {
  const { kind } = parseArn(arn, 'stateMachine', 'activity');
  const found = kind === 'activity' ? journal.activities.find(arn) : journal.stateMachines.find(arn);
  if (!found) {
    throw resourceNotFound(arn);
  }
}

const MOST_TAGS = 50;

/** Tags as a request has them. */
type GivenTags = Read<{ tags: typeof tagsMember }>['tags'];

/**
 * Checks tags before they are added to a resource.
 *
 * @throws {ApiError} ValidationException for a key that AWS reserves, TooManyTags
 */
export function checkTags({ journal }: ApiContext, arn: string, tags: GivenTags): readonly Tag[] {
  const reserved = tags.find(({ key }) => key.toLowerCase().startsWith('aws:'));
  if (reserved) {
    throw validationFailed(`The tag key '${reserved.key}' is reserved: choose one without the prefix 'aws:'.`);
  }
  const keys = new Set([...journal.tags.of(arn), ...tags].map(({ key }) => key));
  if (keys.size > MOST_TAGS) {
    throw new ApiError('TooManyTags', `Too Many Tags: '${arn}'`, { fields: { resourceName: arn } });
  }
  return tags.map(({ key, value }) => ({ key, value: value ?? '' }));
}
