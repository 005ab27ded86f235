import { describe, expect, test } from '@jest/globals';
import { withTestEngine } from '../testing/fixtures.ts';

const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:work';
const TAGS = [{ key: 'a', value: '1' }];

const on = withTestEngine();

describe('an activity', () => {
  test('an activity is created once, and its tags with it', async () => {
    const first = await on.call('CreateActivity', { name: 'work', tags: TAGS });
    expect(first).toEqual({ activityArn: ACTIVITY, creationDate: expect.any(Number) });
    expect(await on.call('CreateActivity', { name: 'work', tags: [{ key: 'other', value: '2' }] })).toEqual(first);
    expect(await on.call('ListTagsForResource', { resourceArn: ACTIVITY })).toEqual({ tags: TAGS });
    expect(await on.call('DescribeActivity', { activityArn: ACTIVITY })).toEqual({
      activityArn: ACTIVITY,
      name: 'work',
      creationDate: first.creationDate,
      encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    });
    expect(await on.call('ListActivities')).toEqual({
      activities: [{ activityArn: ACTIVITY, name: 'work', creationDate: first.creationDate }],
    });
  });

  test('a deleted activity is gone with its tags, and deleting it again is no error', async () => {
    await on.call('CreateActivity', { name: 'work', tags: TAGS });
    expect(await on.call('DeleteActivity', { activityArn: ACTIVITY })).toEqual({});
    expect(await on.call('DeleteActivity', { activityArn: ACTIVITY })).toEqual({});
    const gone = { type: 'ActivityDoesNotExist' };
    await expect(on.call('DescribeActivity', { activityArn: ACTIVITY })).rejects.toMatchObject(gone);
    await expect(on.call('GetActivityTask', { activityArn: ACTIVITY })).rejects.toMatchObject(gone);
    await on.call('CreateActivity', { name: 'work' });
    expect(await on.call('ListTagsForResource', { resourceArn: ACTIVITY })).toEqual({ tags: [] });
    const wrong = on.call('DeleteActivity', { activityArn: ACTIVITY.replace('activity', 'stateMachine') });
    await expect(wrong).rejects.toMatchObject({ type: 'InvalidArn' });
  });

  test('a poll whose worker hangs up is answered without a task', async () => {
    const { activityArn = '' } = await on.call('CreateActivity', { name: 'work' });
    const hungUp = new AbortController();
    const poll = on.engine.dispatch('GetActivityTask', { activityArn }, { gone: () => hungUp.signal });
    hungUp.abort();
    expect(await poll).toEqual({});
  });

  test('a task of a deleted activity fails the execution', async () => {
    await on.call('CreateActivity', { name: 'work' });
    const definition = { StartAt: 'A', States: { A: { Type: 'Task', Resource: ACTIVITY, End: true } } };
    const { stateMachineArn = '' } = await on.call('CreateStateMachine', {
      name: 'orphan',
      roleArn: 'arn:aws:iam::000000000000:role/r',
      definition: JSON.stringify(definition),
    });
    await on.call('DeleteActivity', { activityArn: ACTIVITY });
    const { executionArn = '' } = await on.call('StartExecution', { stateMachineArn });
    expect(await on.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: `An error occurred while executing the state 'A' (entered at the event id #2). The activity ${ACTIVITY} does not exist.`,
    });
  });

  test('an activity that is to be encrypted with a key of its own is refused', async () => {
    const encryptionConfiguration = { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: 'key' };
    const create = on.call('CreateActivity', { name: 'work', encryptionConfiguration });
    await expect(create).rejects.toMatchObject({ type: 'InvalidEncryptionConfiguration' });
  });
});
