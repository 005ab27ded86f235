import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell, Column } from './comparison-table.ts';
import type { Peer, Program } from './peer.ts';
import { replayRecordings } from './recordings.ts';
import { DURABILITY_PROGRAMS, memoryOf, redriveOnce, speedOf, surviveKill } from './trials.ts';

/** How much is measured of each peer. */
export interface ComparisonPlan {
  /** Executions of each measurement of speed and memory. */
  readonly executions: number;
  /** The folder of the recordings; without `run.mjs` in it the row is left out. */
  readonly recordings: string;
  /** Takes lines of progress. */
  readonly say: (line: string) => void;
}

const WHAT_IS_KILLED: Readonly<Record<(typeof DURABILITY_PROGRAMS)[number], string>> = {
  wait: 'a Wait',
  retry: 'a pause before a retry',
  token: 'a wait for a token',
  map: 'a Map',
};

/** All figures of a peer. One that cannot be installed has none; what fails has its reason in place of a figure. */
export async function comparePeer(peer: Peer, { executions, recordings, say }: ComparisonPlan): Promise<Column> {
  say(`${peer.name} ...`);
  let version: string;
  try {
    version = await peer.install();
  } catch (error) {
    say(`  cannot be installed: ${String(error)}`);
    return { peer: peer.name, cells: { version: 'not installed' } };
  }
  const cells: Record<string, Cell> = { version };
  const measure = async (row: string, program: Program | undefined, work: () => Promise<Cell>): Promise<void> => {
    const lacking = program === undefined ? undefined : peer.lacks[program];
    const cell = lacking === undefined ? await work().catch(reasonOf) : `no: ${lacking}`;
    say(`  ${row}: ${cell}`);
    cells[row] = cell;
  };
  if (existsSync(join(recordings, 'run.mjs'))) {
    await measure('recordings of AWS that pass: executions, API', undefined, () => passedBy(peer, recordings));
  }
  for (const program of DURABILITY_PROGRAMS) {
    await measure(`goes on after kill -9 in ${WHAT_IS_KILLED[program]}`, program, async () => {
      const state = await surviveKill(peer, program);
      return state === 'SUCCEEDED' ? 'yes' : `no: ${state}`;
    });
  }
  await measure('redrives a failed execution', 'redrive', async () => {
    const state = await redriveOnce(peer);
    return state === 'SUCCEEDED' ? 'yes' : `no: ${state}`;
  });
  const speed = async (program: 'passes' | 'tasks') => (await speedOf(peer, program, executions)).toFixed(0);
  await measure('executions of 10 Pass states a second', 'passes', () => speed('passes'));
  await measure('executions of 10 tasks a second', 'tasks', () => speed('tasks'));
  await measure('memory idle, and of each waiting execution', undefined, async () => {
    const memory = await memoryOf(peer, executions);
    return memory === undefined
      ? 'not measured on this platform'
      : `${Math.round(memory.idle / 2 ** 20)} MB, ${(memory.eachWaiting / 1_024).toFixed(1)} kB`;
  });
  return { peer: peer.name, cells };
}

async function passedBy(peer: Peer, folder: string): Promise<Cell> {
  const data = await mkdtemp(join(tmpdir(), 'stepfunctions-comparison-'));
  const running = await peer.start(data);
  try {
    if (running.api === undefined) {
      return 'no: it has no API of Step Functions';
    }
    const { executions, api } = await replayRecordings(folder, running.api);
    return `${(100 * executions).toFixed(1)} %, ${(100 * api).toFixed(1)} %`;
  } finally {
    await running.kill();
    await rm(data, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): Cell {
  const text = error instanceof Error ? error.message : String(error);
  // Some answer an action that they do not know with a page for a person.
  const unknown = /^(?<action>\w+) was answered with \d+: (?:"<|.*Unknown action)/.exec(text)?.groups?.action;
  const said = /"[mM]essage"\s*:\s*"(?<message>[^"]+)"/.exec(text)?.groups?.message ?? text.split('\n')[0] ?? '';
  return unknown === undefined ? `no: ${said.slice(0, 120)}` : `no: it has no ${unknown}`;
}
