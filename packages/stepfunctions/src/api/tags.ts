import type { Tag } from '../journal/tag-store.ts';
import { ApiError } from '../wire/api-error.ts';
import { validationFailed } from '../wire/api-error-texts.ts';
import type { Read } from '../wire/request-shape.ts';
import type { ApiContext } from './context.ts';
import type { tagsMember } from './members.ts';

const MOST_TAGS = 50;

/** Tags as requests hold them. */
export type GivenTags = Read<{ tags: typeof tagsMember }>['tags'];

/**
 * Checks tags that are about to be added to a resource.
 *
 * @throws {ApiError} ValidationException for a key AWS keeps for itself, TooManyTags
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
