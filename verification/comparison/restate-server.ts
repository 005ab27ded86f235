import { join } from 'node:path';
import { findFreePort } from '../../embedded/ports.ts';
import { installFromNpm, npmVersion } from './installation.ts';
import { type PeerProcess, startProcess } from './peer-process.ts';

const SERVER = '@restatedev/restate-server';
const PACKAGES = [SERVER, '@restatedev/restate-sdk'];

/** Installs Restate's server and SDK from npm; answers the server's version. */
export async function installRestate(): Promise<string> {
  return npmVersion(await installFromNpm('restate', PACKAGES), SERVER);
}

/** Restate with the handlers of one service, in two processes. */
export interface RestateServer {
  /** Base URL of its ingress. */
  readonly ingress: string;
  readonly memory: () => Promise<number | undefined>;
  readonly kill: () => Promise<void>;
}

interface Ports {
  readonly node: number;
  readonly ingress: number;
  readonly admin: number;
  readonly service: number;
}

/** Calls that run belong to the address at which their handlers were deployed, so a restart on the same data keeps it. */
const portsOf = new Map<string, Ports>();

/**
 * Starts both processes, and deploys the handlers.
 *
 * @param data the server's folder
 * @param service the handlers' file; it gets `PORT` and `SDK`, the folder of the SDK, in its environment
 * @throws {Error} one of them did not start
 */
export async function startRestate(
  data: string,
  service: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RestateServer> {
  const folder = await installFromNpm('restate', PACKAGES);
  const ports = portsOf.get(data) ?? {
    node: await findFreePort(),
    ingress: await findFreePort(),
    admin: await findFreePort(),
    service: await findFreePort(),
  };
  portsOf.set(data, ports);
  const handlers = await startProcess({
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', service],
    env: { ...env, PORT: String(ports.service), SDK: folder },
    // Restate speaks HTTP/2 to it, so its port only has to be open.
    ready: `tcp://127.0.0.1:${ports.service}`,
  });
  const started: PeerProcess[] = [handlers];
  const kill = async (): Promise<void> => {
    await Promise.all(started.map((each) => each.kill()));
  };
  try {
    const server = await startServer(folder, data, ports);
    started.push(server);
    await deploy(`http://127.0.0.1:${ports.admin}`, `http://127.0.0.1:${ports.service}`);
    return {
      ingress: `http://127.0.0.1:${ports.ingress}`,
      memory: async () => sum(await server.memory(), await handlers.memory()),
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
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

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
