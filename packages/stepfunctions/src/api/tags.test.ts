import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../language/json.ts';
import { withTestEngine } from '../testing/fixtures.ts';

const PASS = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:work';

const on = withTestEngine();

function tags(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: `${index}` }));
}

describe('tags', () => {
  test('a resource has 50 tags at most, those it has counted once; a tag too many adds none of its request', async () => {
    const { activityArn: resourceArn = '' } = await on.call('CreateActivity', { name: 'work', tags: tags(49) });
    await on.call('TagResource', { resourceArn, tags: tags(50) });
    const tooMany = on.call('TagResource', { resourceArn, tags: [{ key: 'k0', value: 'new' }, { key: 'one more' }] });
    await expect(tooMany).rejects.toMatchObject({
      type: 'TooManyTags',
      message: `Too Many Tags: '${resourceArn}'`,
      fields: { resourceName: resourceArn },
    });
    const listed = (await on.call('ListTagsForResource', { resourceArn })).tags as readonly JsonObject[];
    expect(listed).toHaveLength(50);
    expect(listed).toContainEqual({ key: 'k0', value: '0' });
  });

  test('a state machine has the tags that it is created with, and a repeated create adds none', async () => {
    const first = [{ key: 'team', value: 'shop' }, { key: 'cost' }];
    const arn = await on.create('machine', PASS, { tags: first });
    expect(await on.create('machine', PASS, { tags: [{ key: 'late', value: 'no' }] })).toBe(arn);
    const { tags: listed } = await on.call('ListTagsForResource', { resourceArn: arn });
    expect(listed).toEqual(
      expect.arrayContaining([{ key: 'team', value: 'shop' }, expect.objectContaining({ key: 'cost' })]),
    );
    expect(listed).toHaveLength(2);
  });

  test('a resource with 51 tags, or with one that AWS reserves, is not created', async () => {
    const create = (given: readonly JsonObject[]): Promise<JsonObject> =>
      on.call('CreateActivity', { name: 'work', tags: given });
    await expect(create(tags(51))).rejects.toMatchObject({ type: 'TooManyTags' });
    await expect(create([{ key: 'a' }, { key: 'aws:b' }])).rejects.toMatchObject({
      type: 'ValidationException',
      message: expect.stringContaining("'aws:b'"),
    });
    expect(await on.call('ListActivities')).toEqual({ activities: [] });
    await create([{ key: 'my-aws:c' }]);
  });

  test('a version or a resource that does not exist has no tags', async () => {
    const machine = await on.create('machine', PASS, { publish: true });
    const refused = [`${machine}0`, `${machine}:1`, ACTIVITY];
    expect.assertions(3 * refused.length);
    for (const resourceArn of refused) {
      const notFound = { type: 'ResourceNotFound' };
      await expect(on.call('ListTagsForResource', { resourceArn })).rejects.toMatchObject(notFound);
      await expect(on.call('TagResource', { resourceArn, tags: [] })).rejects.toMatchObject(notFound);
      await expect(on.call('UntagResource', { resourceArn, tagKeys: [] })).rejects.toMatchObject(notFound);
    }
  });
});
