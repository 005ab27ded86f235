import * as z from 'zod';
import { InvalidRequestError } from '../../functions/common/errors.ts';
import type { ProcessGroup } from '../supervisor/process-group.ts';
import type { ProcessState } from '../supervisor/supervised-process.ts';
import { ConflictError } from './conflict.ts';

/** The processes that can be killed. The API is none of them: it answers this. */
export const KILLABLE_PROCESSES = ['engine', 'inventory', 'payment', 'dynamodb'] as const;

/** A choice of {@link KILLABLE_PROCESSES}. */
export type KillableProcess = (typeof KILLABLE_PROCESSES)[number];

/** A process of the stack, and where it stands. */
export type ListedProcess = ProcessState & { readonly process: KillableProcess };

/** What was killed. */
export interface KilledProcess {
  readonly process: KillableProcess;
  readonly pid: number;
}

/** Parses which process to kill. */
export const killRequest = z.strictObject({
  process: z.enum(KILLABLE_PROCESSES, { error: `must be one of ${KILLABLE_PROCESSES.join(', ')}` }),
});

/** The processes of a stack, in the order of {@link KILLABLE_PROCESSES}. A DynamoDB of somebody else's is none of them. */
export function listProcesses(children: Pick<ProcessGroup, 'state'>): readonly ListedProcess[] {
  return KILLABLE_PROCESSES.flatMap((process) => {
    const state = children.state(process);
    return state === undefined ? [] : [{ process, ...state }];
  });
}

/**
 * Kills a process as `kill -9` does. The supervisor restarts it, however often this is asked for.
 *
 * @throws InvalidRequestError where the stack has no such process
 * @throws ConflictError while it restarts
 */
export function killProcess(
  children: Pick<ProcessGroup, 'state' | 'killToRestart'>,
  process: KillableProcess,
): KilledProcess {
  if (children.state(process) === undefined) {
    throw new InvalidRequestError([
      {
        path: 'process',
        message: `is ${process}, which this stack does not run (DYNAMODB_ENDPOINT_URL names another)`,
      },
    ]);
  }
  const pid = children.killToRestart(process);
  if (pid === undefined) {
    throw new ConflictError('PROCESS_RESTARTING', `${process} is restarting; wait until it runs, then kill it again`);
  }
  return { process, pid };
}
