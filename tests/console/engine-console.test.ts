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

/** Each number in an execution of its own. */
const DISTRIBUTED = {
  StartAt: 'Every',
  States: {
    Every: {
      Type: 'Map',
      Label: 'Every',
      ItemsPath: '$.numbers',
      ToleratedFailurePercentage: 50,
      ItemProcessor: {
        ...DEFINITION.States.Both.Branches[1]?.States.Each?.ItemProcessor,
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      },
      End: true,
    },
  },
};

const fixture = withBrowser();
const { inBrowser } = fixture;
let server: StepFunctionsServer;
let client: SFNClient;
let stateMachineArn: string | undefined;
let distributedArn: string | undefined;

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
  const distributed = { name: 'distributed', roleArn, definition: JSON.stringify(DISTRIBUTED) };
  ({ stateMachineArn: distributedArn } = await client.send(new CreateStateMachineCommand(distributed)));
}, LONG_MS);
afterAll(async () => {
  client?.destroy();
  await server?.close();
}, LONG_MS);

async function start(
  name: string,
  input: { readonly numbers: readonly number[]; readonly rest: number },
  machine = stateMachineArn,
): Promise<string> {
  const { executionArn = '' } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) }),
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
    const iterations = fixture.page.getByText(/^Iteration \d+ succeeded$/);
    await iterations.first().waitFor();
    const before = await iterations.count();
    await press('Show more of 700');
    await iterations.nth(before).waitFor();
    await fixture.page.getByText(/^Events/).click();
    await press('Show older ones');
    expect(await fixture.page.locator('.events tbody tr').count()).toBeGreaterThan(1_000);
  });

  inBrowser('looks through the thousand children of a Map Run, those that failed first', async () => {
    const numbers = [...Array(1_200).keys(), 13];
    const executionArn = await start('children', { numbers, rest: 0 }, distributedArn);
    await fixture.page.goto(`${server.url}/#/executions/${encodeURIComponent(executionArn)}`);
    await fixture.page.getByRole('heading', { name: /children.*succeeded/ }).waitFor();
    const section = fixture.page.getByRole('region', { name: /Map Run of Every/ });
    await section.getByText('Child executions, 1201 in all').click();
    const children = section.getByRole('listitem');
    await children.nth(49).waitFor();
    expect(await children.filter({ hasText: 'failed' }).count()).toBe(2);
    expect(await children.nth(1).textContent()).toContain('failed');
    const before = await children.count();
    await section.getByRole('button', { name: 'Show more child executions' }).click();
    await children.nth(before).waitFor();
    await children.first().getByRole('link').click();
    await fixture.page
      .getByRole('group', { name: /^Steps/ })
      .getByRole('button', { name: /Unlucky, stopped here/ })
      .waitFor();
    await fixture.page.getByRole('link', { name: 'children', exact: true }).click();
    await section.waitFor();
  });
});

describe.each(LOOKS)('at $width pixels, $theme', ({ rules, ...look }) => {
  inBrowser(
    'every page of the engine’s console is accessible, and nothing needs to be scrolled sideways',
    async () => {
      const executionArn = await start(`looks-${look.width}-${look.theme}`, { numbers: [1, 13], rest: 0 });
      const childrenArn = await start(
        `children-${look.width}-${look.theme}`,
        { numbers: [1, 13], rest: 0 },
        distributedArn,
      );
      const addresses = [
        '',
        `#/machines/${encodeURIComponent(stateMachineArn ?? '')}`,
        `#/executions/${encodeURIComponent(executionArn)}`,
        `#/executions/${encodeURIComponent(childrenArn)}`,
      ];
      for (const address of addresses) {
        await fixture.page.goto(`${server.url}/${address}`);
        await fixture.page.getByRole('heading', { level: 1 }).waitFor();
        await fixture.page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
        if (address.includes('children')) {
          await fixture.page.getByText('Child executions').click();
          await fixture.page.getByRole('listitem').nth(1).waitFor();
        }
        await expectAccessible(fixture.page, address, rules);
      }
    },
    look,
  );
});
