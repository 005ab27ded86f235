import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installFromNpm, npmVersion } from '../installation.ts';
import type { ExecutionState, Peer, Program } from '../peer.ts';
import { freePort, type PeerProcess, startProcess } from '../peer-process.ts';

const PACKAGES = ['@restatedev/restate-server', '@restatedev/restate-sdk'];
const SERVICE = fileURLToPath(new URL('restate-service.mjs', import.meta.url));

/** How long the first try of a `retry` execution fails. */
const FAILS_MS = 2_000;

/** Restate: another language, held beside for durability and speed. Its handlers are a process of their own. */
export const RESTATE: Peer = {
  name: 'Restate',
  install: async () => npmVersion(await installFromNpm('restate', PACKAGES), PACKAGES[0] ?? ''),
  start: async (data) => {
    const folder = await installFromNpm('restate', PACKAGES);
    const ports = portsOf.get(data) ?? {
      node: await freePort(),
      ingress: await freePort(),
      admin: await freePort(),
      service: await freePort(),
    };
    portsOf.set(data, ports);
    const { node, ingress, admin, service } = ports;
    const handlers = await startProcess({
      program: process.execPath,
      args: [SERVICE],
      env: { PORT: String(service), SDK: folder },
      // Restate speaks HTTP/2 to it, so its port only has to be open.
      ready: `tcp://127.0.0.1:${service}`,
    });
    const server = await startServer(folder, data, { node, ingress, admin }).catch(async (error: unknown) => {
      await handlers.kill();
      throw error;
    });
    await deploy(`http://127.0.0.1:${admin}`, `http://127.0.0.1:${service}`);
    const url = `http://127.0.0.1:${ingress}`;
    return {
      begin: (program) => begin(url, program),
      stateOf: (id) => stateOf(url, id),
      takeTask: async (program) => (program === 'token' ? last : undefined),
      answerTask: (id) => expectOk(fetch(`${url}/Program/${id}/answer`, { method: 'POST' })),
      memory: async () => sum(await server.memory(), await handlers.memory()),
      kill: async () => {
        await Promise.all([server.kill(), handlers.kill()]);
      },
    };
  },
  lacks: { redrive: 'its calls are repeated until they succeed' },
};

/** Calls that run belong to the address at which their handlers were deployed, so a restart keeps it. */
const portsOf = new Map<string, Ports & { readonly service: number }>();

/** The execution that waits for an answer: one at a time. */
let last = '';

interface Ports {
  readonly node: number;
  readonly ingress: number;
  readonly admin: number;
}

function startServer(folder: string, data: string, { node, ingress, admin }: Ports): Promise<PeerProcess> {
  return startProcess({
    program: join(folder, 'node_modules', '.bin', 'restate-server'),
    args: ['--base-dir', data, '--node-name', 'comparison', '--listen-mode', 'tcp'],
    env: {
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: '1',
    },
    ready: `http://127.0.0.1:${admin}/health`,
  });
}

async function deploy(admin: string, service: string): Promise<void> {
  const body = JSON.stringify({ uri: service, force: true });
  const headers = { 'content-type': 'application/json' };
  // The admin API answers before the node that it speaks for has started.
  const deadline = Date.now() + 60_000;
  for (;;) {
    const response = await fetch(`${admin}/deployments`, { method: 'POST', headers, body });
    if (response.ok) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`Restate did not take the service: ${await response.text()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

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

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
