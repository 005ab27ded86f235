import { validationFailed } from '../wire/api-error-texts.ts';
import { number, optional, readRequest } from '../wire/request-shape.ts';
import type { Action } from './context.ts';
import { findMapRun } from './describe-map-run.ts';
import { longArnMember } from './members.ts';

const shape = {
  mapRunArn: longArnMember,
  maxConcurrency: optional(number({ min: 0 })),
  toleratedFailurePercentage: optional(number({ min: 0, max: 100, decimal: true })),
  toleratedFailureCount: optional(number({ min: 0 })),
};

/** UpdateMapRun: changes a running map run's limits. */
export const updateMapRun: Action = async (context, body) => {
  const request = readRequest(shape, body);
  const { execution, mapRun } = findMapRun(context, request.mapRunArn);
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = request;
  if (mapRun.status !== 'RUNNING') {
    throw validationFailed(`Map Run is ${mapRun.status} and cannot be updated`);
  }
  await context.executions.deliver(execution, {
    type: 'MapRunUpdated',
    mapRunArn: mapRun.arn,
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(toleratedFailureCount === undefined ? {} : { toleratedFailureCount }),
    ...(toleratedFailurePercentage === undefined ? {} : { toleratedFailurePercentage }),
  });
  return {};
};
