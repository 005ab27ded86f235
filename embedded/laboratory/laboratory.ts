import * as z from 'zod';
import type { Authenticate } from '../../functions/access/authentication.ts';
import { readBody } from '../../functions/http/request-reading.ts';
import { LABORATORY_PATH } from '../reverse-proxy/order-api-limits.ts';
import type { ProcessGroup } from '../supervisor/process-group.ts';
import type { TraceBuffer } from '../traces/trace-buffer.ts';
import { tracesAnswer } from '../traces/traces-answer.ts';
import { DIALLED_SERVICES, type FaultDials, faultRates } from './fault-dials.ts';
import type { InvariantLights } from './invariant-lights.ts';
import { type LaboratoryCalls, type LaboratoryEndpoint, startLaboratoryEndpoint } from './laboratory-endpoint.ts';
import { killProcess, killRequest, listProcesses } from './processes.ts';
import { RETRY_PATIENCES, type RetryPatience } from './retry-patience.ts';

/** What a laboratory works on. */
export interface LaboratorySubject {
  readonly dials: FaultDials;
  readonly children: Pick<ProcessGroup, 'state' | 'killToRestart'>;
  readonly lights: InvariantLights;
  /** Makes sagas that start from now on retry with this patience. */
  readonly setPatience: (patience: RetryPatience) => Promise<void>;
  readonly authenticate: Authenticate;
  /** Absent where the stack keeps no traces. */
  readonly traces?: TraceBuffer | undefined;
}

const SERVICE = z.enum(DIALLED_SERVICES, { error: `must be one of ${DIALLED_SERVICES.join(', ')}` });
const PATIENCE = z.strictObject({
  patience: z.enum(RETRY_PATIENCES, { error: `must be one of ${RETRY_PATIENCES.join(', ')}` }),
});

/**
 * Starts the laboratory of one stack, behind the console's page Try it. It is there on a laptop alone: it is part of the
 * embedded stack, and no function has such a call.
 */
export function startLaboratory({
  dials,
  children,
  lights,
  setPatience,
  authenticate,
  traces,
}: LaboratorySubject): Promise<LaboratoryEndpoint> {
  let patience: RetryPatience = 'as_deployed';
  const calls = (token: string): LaboratoryCalls => {
    const state = async () => ({ token, patience, faults: faultsOf(dials), processes: listProcesses(children) });
    return {
      [`GET ${LABORATORY_PATH}`]: state,
      [`GET ${LABORATORY_PATH}/traces`]: async ({ query }) => tracesAnswer(traces, query),
      [`GET ${LABORATORY_PATH}/invariants`]: async () => lights.look(),
      [`POST ${LABORATORY_PATH}/faults`]: async (request) => {
        const { service, ...rates } = readBody(request, faultRates.unwrap().extend({ service: SERVICE }));
        dials.turn(service, rates);
        return state();
      },
      [`POST ${LABORATORY_PATH}/kill`]: async (request) => {
        const killed = killProcess(children, readBody(request, killRequest).process);
        return { ...(await state()), killed };
      },
      [`POST ${LABORATORY_PATH}/retries`]: async (request) => {
        const wanted = readBody(request, PATIENCE).patience;
        await setPatience(wanted);
        patience = wanted;
        return state();
      },
    };
  };
  return startLaboratoryEndpoint({ calls, authenticate });
}

function faultsOf(dials: FaultDials) {
  return dials.unavailable === undefined
    ? { services: DIALLED_SERVICES.map((service) => ({ service, ...dials.rates(service) })) }
    : { unavailable: dials.unavailable, services: [] };
}
