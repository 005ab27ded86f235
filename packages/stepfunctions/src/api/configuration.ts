import type { JsonObject } from '../language/json.ts';
import { ApiError, invalidArn } from '../wire/api-error.ts';
import type { Read } from '../wire/request-shape.ts';
import { present } from './context.ts';
import type { encryptionMember, loggingMember, tracingMember } from './members.ts';

type Configurations = Read<{
  logging: typeof loggingMember;
  tracing: typeof tracingMember;
  encryption: typeof encryptionMember;
}>;

/**
 * A logging configuration with AWS's defaults. Nothing is logged to CloudWatch here.
 *
 * @throws {ApiError} InvalidLoggingConfiguration
 */
export function completeLogging(given: Configurations['logging'] | undefined): JsonObject {
  const level = given?.level ?? 'OFF';
  const destinations = given?.destinations?.map(({ cloudWatchLogsLogGroup }) =>
    present({
      cloudWatchLogsLogGroup: cloudWatchLogsLogGroup && present({ logGroupArn: cloudWatchLogsLogGroup.logGroupArn }),
    }),
  );
  const count = destinations?.length ?? 0;
  if (count > 1 || (level !== 'OFF' && count === 0)) {
    throw invalidLogging('Must specify exactly one Log Destination.');
  }
  return present({ level, includeExecutionData: given?.includeExecutionData ?? false, destinations });
}

function invalidLogging(why: string): ApiError {
  return new ApiError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${why}`);
}

/** A tracing configuration with AWS's default. Nothing is traced here. */
export function completeTracing(given: Configurations['tracing'] | undefined): JsonObject {
  return {
    enabled: given?.enabled ?? false,
  };
}

/**
 * An encryption configuration. The journal is not encrypted, so only AWS's own key is accepted.
 *
 * @throws {ApiError} InvalidEncryptionConfiguration
 */
export function completeEncryption(given: Configurations['encryption'] | undefined): JsonObject {
  if (given?.type === 'CUSTOMER_MANAGED_KMS_KEY') {
    throw new ApiError(
      'InvalidEncryptionConfiguration',
      "Invalid Encryption Configuration: 'This endpoint has no KMS: leave encryptionConfiguration out or use AWS_OWNED_KEY.'",
    );
  }
  return { type: 'AWS_OWNED_KEY' };
}

/**
 * Checks that a role is an ARN. The role is never assumed here.
 *
 * @throws {ApiError} InvalidArn
 */
export function checkRole(roleArn: string): void {
  if (!roleArn.startsWith('arn:')) {
    throw invalidArn(`Invalid ARN prefix: ${roleArn}`);
  }
  if (roleArn.split(':').length < 6) {
    throw invalidArn(`Invalid ARN format: ${roleArn}`);
  }
}
