import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type StepFunctionsServer, startStepFunctionsServer } from 'resilient-stepfunctions';
import { expectAccessible, LOOKS, withBrowser } from '../support/browser-fixture.ts';

// The engine's own console at its address, with state machines that have nothing to do with orders.

const LONG_MS = 90_000;
const DEFINITION = {
  Comment: 'Each number of a list; 13 is bad luck.',
  StartAt: 'Both',
  States: {
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Rest', States: { Rest: { Type: 'Wait', SecondsPath: '$.rest', End: true } } },
        {
          StartAt: 'Each',
          States: {
            Each: {
              Type: 'Map',
              ItemsPath: '$.numbers',
              MaxConcurrency: 10,
              ItemProcessor: {
                StartAt: 'Look',
                States: {
                  Look: {
                    Type: 'Choice',
                    Choices: [{ Variable: '$', NumericEquals: 13, Next: 'Unlucky' }],
                    Default: 'Fine',
                  },
                  Unlucky: { Type: 'Fail', Error: 'BadLuck', Cause: 'thirteen' },
                  Fine: { Type: 'Pass', End: true },
                },
              },
              End: true,
            },
          },
        },
      ],
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
};

const fixture = withBrowser();
const { inBrowser } = fixture;
let server: StepFunctionsServer;
let client: SFNClient;
let stateMachineArn: string | undefined;

beforeAll(async () => {
  // In a process of its own, because Vite does not run inside Jest.
  await promisify(execFile)(process.execPath, ['packages/stepfunctions/console/build.ts']);
  server = await startStepFunctionsServer({ dataDir: ':memory:', port: 0 });
  client = new SFNClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const roleArn = 'arn:aws:iam::000000000000:role/any';
  const machine = { name: 'numbers', roleArn, definition: JSON.stringify(DEFINITION) };
  ({ stateMachineArn } = await client.send(new CreateStateMachineCommand(machine)));
}, LONG_MS);
afterAll(async () => {
  client?.destroy();
  await server?.close();
}, LONG_MS);

async function start(
  name: string,
  input: { readonly numbers: readonly number[]; readonly rest: number },
): Promise<string> {
  const { executionArn = '' } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return executionArn;
}

function press(name: string | RegExp) {
  return fixture.page.getByRole('button', { name }).first().click();
}

describe('in the engine’s console a person', () => {
  inBrowser('finds an execution that failed, and in its Map the one iteration that did', async () => {
    await start('fails', { numbers: [...Array(60).keys()], rest: 0 });
    await fixture.page.goto(server.url);
    await fixture.page.getByRole('link', { name: 'numbers' }).click();
    await fixture.page.getByRole('link', { name: 'failed', exact: true }).click();
    await fixture.page.getByRole('link', { name: 'fails', exact: true }).click();
    await fixture.page.getByRole('heading', { name: /fails.*failed/ }).waitFor();
    await fixture.page
      .getByRole('group', { name: /^Steps/ })
      .getByRole('button', { name: /Both, stopped here/ })
      .waitFor();
    await fixture.page.getByText('Branch 2').click();
    await fixture.page.getByText('Iteration 13').click();
    const inside = fixture.page.getByRole('group', { name: /^Iteration 13/ });
    await inside.getByRole('button', { name: /Unlucky, stopped here/ }).waitFor();
    await inside.getByRole('button', { name: /Fine, not reached/ }).waitFor();
  });

  inBrowser('stops an execution after reading what that does, and redrives it', async () => {
    const executionArn = await start('stopped', { numbers: [1], rest: 600 });
    await fixture.page.goto(`${server.url}/#/executions/${encodeURIComponent(executionArn)}`);
    await press('Stop');
    const dialog = fixture.page.getByRole('dialog');
    await dialog.getByText('no Catch runs').waitFor();
    await dialog.getByLabel('Why').fill('it rests too long');
    await dialog.getByRole('button', { name: 'Stop it' }).click();
    await fixture.page.getByRole('heading', { name: /stopped.*aborted/ }).waitFor();
    await fixture.page.getByText('it rests too long').waitFor();
    await press('Redrive');
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await fixture.page.getByRole('heading', { name: /stopped.*running/ }).waitFor();
    await fixture.page.getByText('redriven 1×').waitFor();
  });

  inBrowser('opens an execution with thousands of events, and all that was begun is counted', async () => {
    const executionArn = await start('large', {
      numbers: Array.from({ length: 700 }, (_, index) => index + 100),
      rest: 0,
    });
    await fixture.page.goto(`${server.url}/#/executions/${encodeURIComponent(executionArn)}`);
    await fixture.page.getByRole('heading', { name: /large.*succeeded/ }).waitFor();
    await fixture.page
      .getByRole('group', { name: /^Steps/ })
      .getByRole('button', { name: /Both, done/ })
      .click();
    await fixture.page.getByText('Branch 2').click();
    await fixture.page.getByText('Show more of 700').waitFor();
    await fixture.page.getByText(/^Events/).click();
    await press('Show older ones');
    expect(await fixture.page.locator('.events tbody tr').count()).toBeGreaterThan(1_000);
  });
});

describe.each(LOOKS)('at $width pixels, $theme', ({ rules, ...look }) => {
  inBrowser(
    'every page of the engine’s console is accessible, and nothing needs to be scrolled sideways',
    async () => {
      const executionArn = await start(`looks-${look.width}-${look.theme}`, { numbers: [1, 13], rest: 0 });
      const addresses = [
        '',
        `#/machines/${encodeURIComponent(stateMachineArn ?? '')}`,
        `#/executions/${encodeURIComponent(executionArn)}`,
      ];
      for (const address of addresses) {
        await fixture.page.goto(`${server.url}/${address}`);
        await fixture.page.getByRole('heading', { level: 1 }).waitFor();
        await fixture.page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
        await expectAccessible(fixture.page, address, rules);
      }
    },
    look,
  );
});
