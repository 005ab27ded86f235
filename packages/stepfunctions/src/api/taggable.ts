import { resourceNotFound } from '../wire/api-error-texts.ts';
import { parseArn } from '../wire/arn.ts';
import type { ApiContext } from './context.ts';

/**
 * Checks that an ARN names something that has tags: a state machine or an activity, but no version or alias.
 *
 * @throws {ApiError} InvalidArn, ResourceNotFound
 */
export function checkTaggable({ journal }: ApiContext, arn: string): void {
  const { kind } = parseArn(arn, 'stateMachine', 'activity');
  const found = kind === 'activity' ? journal.activities.find(arn) : journal.stateMachines.find(arn);
  if (!found) {
    throw resourceNotFound(arn);
  }
}
