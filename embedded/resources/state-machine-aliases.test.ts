import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StepFunctionsServer, startStepFunctionsServer } from 'resilient-stepfunctions';
import { createExecutions } from '../../functions/orders/executions.ts';
import { ensureAlias, readAliasDescription } from './state-machine-aliases.ts';
import { ensureStateMachine } from './state-machines.ts';

let dataDir: string;
let server: StepFunctionsServer;
let client: SFNClient;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aliases-'));
  server = await startStepFunctionsServer({ dataDir, port: 0 });
  client = new SFNClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  client?.destroy();
  await server?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A machine that fails with the error. */
function deploy(name: string, error: string): Promise<string> {
  const definition = JSON.stringify({ StartAt: 'Park', States: { Park: { Type: 'Fail', Error: error } } });
  const role = 'arn:aws:iam::000000000000:role/saga';
  return ensureStateMachine(client, { name, type: 'STANDARD', roleArn: role, definition });
}

async function ended(executionArn: string) {
  for (;;) {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (found.status !== 'RUNNING') {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('new executions start by the newest version, and a parked one keeps its own when it is redriven', async () => {
  const stateMachineArn = await deploy('saga', 'First');
  await ensureAlias(client, { name: 'live', stateMachineArn });
  const executions = createExecutions(client, `${stateMachineArn}:live`);
  const arnOf = (name: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  expect(await executions.start({ name: 'old', input: {} })).toEqual({ outcome: 'STARTED' });
  expect(await ended(arnOf('old'))).toMatchObject({
    error: 'First',
    stateMachineAliasArn: `${stateMachineArn}:live`,
    stateMachineVersionArn: `${stateMachineArn}:1`,
  });

  await deploy('saga', 'Second');
  await ensureAlias(client, { name: 'live', stateMachineArn });
  await executions.start({ name: 'new', input: {} });
  expect(await ended(arnOf('new'))).toMatchObject({
    error: 'Second',
    stateMachineVersionArn: `${stateMachineArn}:2`,
  });
  expect(await executions.redrive('old')).toBe(true);
  expect(await ended(arnOf('old'))).toMatchObject({
    error: 'First',
    redriveCount: 1,
    stateMachineVersionArn: `${stateMachineArn}:1`,
  });
  expect(await executions.find('old')).toEqual({ status: 'FAILED', error: 'First' });
});

test('an unchanged state machine gets no further version', async () => {
  const stateMachineArn = await deploy('unchanged', 'Same');
  for (let start = 0; start < 3; start += 1) {
    await ensureAlias(client, { name: 'live', stateMachineArn });
  }
  const executions = createExecutions(client, `${stateMachineArn}:live`);
  await executions.start({ name: 'one', input: {} });
  expect(await ended(`${stateMachineArn.replace(':stateMachine:', ':execution:')}:one`)).toMatchObject({
    stateMachineVersionArn: `${stateMachineArn}:1`,
  });
});

test('an alias without a version is refused by its name', () => {
  expect(() => readAliasDescription({ logicalId: 'Live', properties: { Name: 'live' } })).toThrow(
    /Live cannot be made an alias[\s\S]*DeploymentPreference/,
  );
});
