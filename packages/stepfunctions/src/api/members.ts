import { flag, list, number, optional, structure, text } from '../wire/request-shape.ts';

// Members that several requests share, with the limits that AWS documents.

export const arnMember = text({ min: 1, max: 256 });
export const longArnMember = text({ min: 1, max: 2_000 });
export const nameMember = text({ min: 1, max: 80 });
export const definitionMember = text({ min: 1, max: 1_048_576, sensitive: true });
export const descriptionMember = text({ max: 256, sensitive: true });
export const payloadMember = text({ max: 262_144, sensitive: true });
export const errorMember = text({ max: 256, sensitive: true });
export const causeMember = text({ max: 32_768, sensitive: true });
export const traceHeaderMember = text({ max: 256, pattern: /^\p{ASCII}*$/u });
export const typeMember = text({ oneOf: ['STANDARD', 'EXPRESS'] });
export const includedDataMember = optional(text({ oneOf: ['METADATA_ONLY', 'ALL_DATA'] }));

export const tagsMember = list(structure({ key: text({ min: 1, max: 128 }), value: optional(text({ max: 256 })) }));

export const loggingMember = structure({
  level: optional(text({ oneOf: ['ALL', 'ERROR', 'OFF', 'FATAL'] })),
  includeExecutionData: optional(flag()),
  destinations: optional(
    list(structure({ cloudWatchLogsLogGroup: optional(structure({ logGroupArn: optional(arnMember) })) })),
  ),
});

export const tracingMember = structure({ enabled: optional(flag()) });

export const encryptionMember = structure({
  kmsKeyId: optional(text({ min: 1, max: 2_048 })),
  kmsDataKeyReusePeriodSeconds: optional(number({ min: 60, max: 900 })),
  type: text({ oneOf: ['AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY'] }),
});

export const routesMember = list(
  structure({ stateMachineVersionArn: arnMember, weight: number({ min: 0, max: 100 }) }),
  { min: 1, max: 2, itemClass: 'RoutingConfigurationListItem' },
);
