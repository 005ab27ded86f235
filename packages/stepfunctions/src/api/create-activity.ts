import { optional, readRequest } from '../wire/request-shape.ts';
import { completeEncryption } from './configuration.ts';
import { type Action, seconds } from './context.ts';
import { encryptionMember, nameMember, tagsMember } from './members.ts';
import { checkName } from './name.ts';
import { checkTags } from './tags.ts';

const shape = {
  name: nameMember,
  tags: optional(tagsMember),
  encryptionConfiguration: optional(encryptionMember),
};

/** CreateActivity. Asked again for what exists, it answers as the first time; tags don't count. */
export const createActivity: Action = (context, body) => {
  const { journal, arns } = context;
  const request = readRequest(shape, body);
  checkName(request.name);
  completeEncryption(request.encryptionConfiguration);
  const arn = arns.activity(request.name);
  const existing = journal.activities.find(arn);
  if (existing) {
    return { activityArn: arn, creationDate: seconds(existing.createdAt) };
  }
  const tags = checkTags(context, arn, request.tags ?? []);
  const createdAt = Date.now();
  journal.transaction(() => {
    journal.activities.create({ arn, name: request.name, createdAt });
    journal.tags.add(arn, tags);
  });
  return { activityArn: arn, creationDate: seconds(createdAt) };
};
