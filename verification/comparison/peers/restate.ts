import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { ExecutionState, Peer, Program } from '../peer.ts';
import { installRestate, startRestate } from '../restate-server.ts';

const SERVICE = fileURLToPath(new URL('restate-service.mjs', import.meta.url));

/** How long the first try of a `retry` execution fails. */
const FAILS_MS = 2_000;

/** Restate: another language, held beside for durability and speed. Its handlers are a process of their own. */
export const RESTATE: Peer = {
  name: 'Restate',
  install: installRestate,
  start: async (data) => {
    const { ingress, memory, kill } = await startRestate(data, SERVICE);
    return {
      begin: (program) => begin(ingress, program),
      stateOf: (id) => stateOf(ingress, id),
      takeTask: async (program) => (program === 'token' ? last : undefined),
      answerTask: (id) => expectOk(fetch(`${ingress}/Program/${id}/answer`, { method: 'POST' })),
      memory,
      kill,
    };
  },
  lacks: { redrive: 'its calls are repeated until they succeed' },
};

/** The execution that waits for an answer: one at a time. */
let last = '';

async function begin(url: string, program: Program): Promise<string> {
  const id = randomUUID();
  const body = JSON.stringify({ program, failUntil: program === 'retry' ? Date.now() + FAILS_MS : 0 });
  const headers = { 'content-type': 'application/json' };
  await expectOk(fetch(`${url}/Program/${id}/run/send`, { method: 'POST', headers, body }));
  if (program === 'token') {
    last = id;
  }
  return id;
}

async function expectOk(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`Restate answered ${response.status}: ${text}`);
  }
}

async function stateOf(url: string, id: string): Promise<ExecutionState> {
  const response = await fetch(`${url}/restate/workflow/Program/${id}/output`);
  await response.arrayBuffer();
  switch (response.status) {
    case 200:
    case 204:
      return 'SUCCEEDED';
    case 470:
      return 'RUNNING';
    case 404:
      return 'LOST';
    default:
      return 'FAILED';
  }
}
