import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareDataDirectory } from '../data-directory.ts';
import { eventually } from '../eventually.ts';
import { ProcessGroup } from '../supervisor/process-group.ts';
import { isAlive } from '../supervisor/process-table.ts';
import type { ProcessDescription } from '../supervisor/supervised-process.ts';
import { Terminal } from '../terminal.ts';
import { FaultDials } from './fault-dials.ts';
import { InvariantLights } from './invariant-lights.ts';
import { startLaboratory } from './laboratory.ts';
import type { LaboratoryEndpoint } from './laboratory-endpoint.ts';

interface Answer {
  readonly status: number | undefined;
  readonly code?: string | undefined;
  readonly data: unknown;
}
interface State {
  readonly token: string;
  readonly processes: readonly { process: string; state: string; pid?: number; restarts: number }[];
}

let folder: string;
let children: ProcessGroup;
let laboratory: LaboratoryEndpoint;
/** Whether a child that is started answers its checks. */
let isHealthy: boolean;

beforeEach(async () => {
  isHealthy = true;
  folder = mkdtempSync(join(tmpdir(), 'laboratory-'));
  const directory = prepareDataDirectory(join(folder, 'data'));
  children = new ProcessGroup(directory, new Terminal(() => undefined, { verbose: false, json: false }));
  await children.start(longRunning('payment'));
  laboratory = await startLaboratory({
    dials: new FaultDials(directory.faults, {}),
    children,
    lights: new InvariantLights({ main: join(folder, 'none.ts'), environment: {} }),
    setPatience: async () => undefined,
    authenticate: async () => ({ outcome: 'ANONYMOUS' }),
  });
});

afterEach(async () => {
  laboratory.close();
  await children.stop('payment');
  rmSync(folder, { recursive: true });
});

function longRunning(name: string): ProcessDescription {
  const source = `setInterval(() => undefined, 1000) // ${name}`;
  return {
    name,
    port: 1,
    command: process.execPath,
    arguments: ['-e', source],
    identity: [source],
    environment: process.env,
    watchesParent: false,
    isReady: async () => isHealthy,
    readyWithinMs: 30_000,
    graceMs: 1_000,
  };
}

async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
  const token = method === 'POST' ? (await state()).token : '';
  const headers = { 'content-type': 'application/json', 'x-laboratory-token': token };
  const sent = request({ host: '127.0.0.1', port: laboratory.port, agent: false, method, path, headers });
  const [answered] = await once(sent.end(body && JSON.stringify(body)), 'response');
  const { status, meta, data } = (await json(answered)) as Answer & { readonly meta: { code?: string } | null };
  return { status, code: meta?.code, data };
}

async function state(): Promise<State> {
  return (await call('GET', '/laboratory')).data as State;
}

async function payment(): Promise<State['processes'][number] | undefined> {
  return (await state()).processes.find(({ process }) => process === 'payment');
}

test('kills a process, says which one died, refuses while it restarts, and shows it running again', async () => {
  const { pid = 0 } = (await payment()) ?? {};
  expect(isAlive(pid)).toBe(true);
  isHealthy = false;
  const killed = await call('POST', '/laboratory/kill', { process: 'payment' });
  expect(killed).toMatchObject({ status: 200, data: { killed: { process: 'payment', pid } } });
  await eventually(() => !isAlive(pid));
  expect(await payment()).toMatchObject({ state: 'restarting' });
  expect(await call('POST', '/laboratory/kill', { process: 'payment' })).toMatchObject({
    status: 409,
    code: 'PROCESS_RESTARTING',
    data: 'payment is restarting; wait until it runs, then kill it again',
  });
  isHealthy = true;
  await eventually(async () => (await payment())?.state === 'running');
  expect(await payment()).toMatchObject({ restarts: 1 });
  expect((await payment())?.pid).not.toBe(pid);
});

test.each([
  [{ process: 'api' }, /process: must be one of engine, inventory, payment, dynamodb/],
  [{ process: 'payment', pid: 1 }, /pid/],
  [{}, /process: must be one of/],
  [{ process: 'dynamodb' }, /process: is dynamodb, which this stack does not run \(DYNAMODB_ENDPOINT_URL/],
])('kills nothing where asked for %j', async (body, sentence) => {
  const answered = await call('POST', '/laboratory/kill', body);
  expect(answered).toMatchObject({ status: 400, data: expect.stringMatching(sentence) });
  expect(await payment()).toMatchObject({ state: 'running', restarts: 0 });
});

test('where the checker is not installed, the lights say so and none is lit', async () => {
  const { data } = await call('GET', '/laboratory/invariants');
  const { lights } = data as { readonly lights: readonly { readonly state: string; readonly why: string }[] };
  expect(new Set(lights.map(({ state: each }) => each))).toEqual(new Set(['unknown']));
  expect(lights).toHaveLength(8);
  expect(lights[0]?.why).toContain('installed without its checker');
});

test('a process that the stack does not run is not listed', async () => {
  expect((await state()).processes.map(({ process }) => process)).toEqual(['payment']);
});
