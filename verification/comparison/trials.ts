import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionState, Peer, Program, RunningPeer } from './peer.ts';

// What is measured of a peer. Each trial has a data folder of its own.

/** What an execution that outlives `kill -9` must survive. */
export const DURABILITY_PROGRAMS = ['wait', 'retry', 'token', 'map'] as const;
type DurabilityProgram = (typeof DURABILITY_PROGRAMS)[number];

/** How far an execution has got when its process is killed, in milliseconds. */
const KILLED_AFTER_MS: Readonly<Record<DurabilityProgram, number>> = {
  wait: 1_000,
  retry: 1_000,
  token: 500,
  map: 2_500,
};

/** Enough for each of the programs, after a restart. */
const END_MS = 30_000;

async function withPeer<Result>(
  peer: Peer,
  work: (peer: RunningPeer, data: string) => Promise<Result>,
): Promise<Result> {
  const data = await mkdtemp(join(tmpdir(), 'stepfunctions-comparison-'));
  const running = await peer.start(data);
  try {
    return await work(running, data);
  } finally {
    await running.kill();
    await rm(data, { recursive: true, force: true });
  }
}

async function endOf(peer: RunningPeer, execution: string): Promise<ExecutionState> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const state = await peer.stateOf(execution);
    if (state !== 'RUNNING' || Date.now() > deadline) {
      return state;
    }
    await pause(50);
  }
}

/** Kills a peer in the middle of a program, starts it again on its data, and says how the execution ended. */
export async function surviveKill(peer: Peer, program: DurabilityProgram): Promise<ExecutionState> {
  const data = await mkdtemp(join(tmpdir(), 'stepfunctions-comparison-'));
  let running = await peer.start(data);
  try {
    const execution = await running.begin(program);
    const isAnswered = program === 'token' || program === 'retry';
    const token = isAnswered ? await running.takeTask?.(program) : undefined;
    if (program === 'retry' && token !== undefined) {
      await running.answerTask?.(token, false);
    }
    await pause(KILLED_AFTER_MS[program]);
    await running.kill();
    running = await peer.start(data);
    if (program === 'token' && token !== undefined && (await running.stateOf(execution)) === 'RUNNING') {
      await running.answerTask?.(token, true).catch(() => undefined);
    }
    if (program === 'retry' && token !== undefined && (await running.stateOf(execution)) === 'RUNNING') {
      await running.answerTask?.(await takeTask(running, program), true);
    }
    return await endOf(running, execution);
  } finally {
    await running.kill();
    await rm(data, { recursive: true, force: true });
  }
}

async function takeTask(peer: RunningPeer, program: Program): Promise<string> {
  const token = await peer.takeTask?.(program);
  if (token === undefined) {
    throw new Error(`nobody can answer ${program}`);
  }
  return token;
}

/** Fails an execution, redrives it, and says how it ended. */
export function redriveOnce(peer: Peer): Promise<ExecutionState> {
  return withPeer(peer, async (running) => {
    const execution = await running.begin('redrive');
    await running.answerTask?.(await takeTask(running, 'redrive'), false);
    const failed = await endOf(running, execution);
    if (failed !== 'FAILED') {
      throw new Error(`the execution was to fail, and is ${failed}`);
    }
    await running.redrive?.(execution);
    await running.answerTask?.(await takeTask(running, 'redrive'), true);
    return endOf(running, execution);
  });
}

/** Executions a second from the first start to the last end, 16 started at once. */
export function speedOf(peer: Peer, program: 'passes' | 'tasks', executions: number): Promise<number> {
  return withPeer(peer, async (running) => {
    await runAll(running, program, Math.ceil(executions / 10));
    const began = performance.now();
    await runAll(running, program, executions);
    return executions / ((performance.now() - began) / 1_000);
  });
}

async function runAll(peer: RunningPeer, program: Program, executions: number): Promise<void> {
  let left = executions;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const execution = await peer.begin(program);
      for (let pauseMs = 1; (await peer.stateOf(execution)) === 'RUNNING'; pauseMs = Math.min(50, pauseMs * 2)) {
        await pause(pauseMs);
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
}

/** Resident memory in bytes: of the idle peer, and for each execution that waits. */
export interface Memory {
  readonly idle: number;
  readonly eachWaiting: number;
}

/** What memory a peer takes; undefined where the platform does not tell. */
export function memoryOf(peer: Peer, executions: number): Promise<Memory | undefined> {
  return withPeer(peer, async (running) => {
    await pause(2_000);
    const idle = await running.memory();
    let left = executions;
    const starter = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await running.begin('long-wait');
      }
    };
    await Promise.all(Array.from({ length: 16 }, starter));
    await pause(2_000);
    const waiting = await running.memory();
    return idle === undefined || waiting === undefined
      ? undefined
      : { idle, eachWaiting: (waiting - idle) / executions };
  });
}
