import { Webhook as Verifier } from 'standardwebhooks';
import * as z from 'zod';
import { OrderApiClient, type RecordedExchange } from '../client/order-api-client.ts';
import { type ReceivedEvent, startWebhookReceiver } from '../client/webhook-receiver.ts';
import { subscribe, type WebhookSubscription } from '../client/webhook-subscription.ts';
import { cleanUpWhenInterrupted, runCommand, say } from '../command-line.ts';
import { awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { SnapshotReader } from '../invariants/reader/snapshot-reader.ts';
import type { WebhookRecord } from '../invariants/told-events.ts';
import { type Verification, verifyInvariants } from '../invariants/verification.ts';
import { RestockClient } from '../stack/restock-client.ts';
import { DEMO_COMMAND_LINE } from './demo-options.ts';
import { type DemoStack, openDemoStack } from './demo-stack.ts';
import { exitCodeOf } from './deviations.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { runScenario, type ScenarioRun } from './run-scenario.ts';
import { type Scenario, ScenarioTools } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { orderLines, styleFor, summaryOf } from './terminal-output.ts';

const style = styleFor(process.stdout);
const DRAIN_SECONDS = 120;
const withData = z.object({ data: z.unknown() });

await runCommand(DEMO_COMMAND_LINE, async ({ only, json, 'own-stack': ownStack }) => {
  const tell = json ? () => {} : say;
  const scenarios =
    only.length === 0 ? SCENARIOS : only.flatMap((wanted) => SCENARIOS.filter(({ name }) => name === wanted));
  const stack = await openDemoStack(ownStack, tell);
  cleanUpWhenInterrupted(stack.release);
  try {
    const onExchange = (recorded: RecordedExchange) => {
      for (const line of writeLines(recorded)) {
        tell(style.faint(`  ${line}`));
      }
    };
    const api = new OrderApiClient(stack.urls.http, { scenario: 'demo', onExchange });
    const { runs, report } = await runAndVerify(scenarios, stack, api, tell);
    const exitCode = exitCodeOf(runs, report.verdict);
    if (json) {
      say(JSON.stringify({ passed: exitCode === 0, scenarios: runs, invariants: report }, null, 2));
    } else {
      say(summaryOf(runs, report, style));
    }
    return exitCode;
  } finally {
    await stack.release();
  }
});

/** Runs the scenarios while a webhook is told of their orders. */
async function runAndVerify(
  scenarios: readonly Scenario[],
  stack: DemoStack,
  api: OrderApiClient,
  tell: (line: string) => void,
): Promise<{ readonly runs: readonly ScenarioRun[]; readonly report: Verification['report'] }> {
  const receiver = await startWebhookReceiver();
  let webhook: WebhookSubscription | undefined;
  const release = async (): Promise<void> => {
    // The stack may be somebody's own: nothing stays behind in it.
    await webhook?.remove();
    await receiver.close();
  };
  cleanUpWhenInterrupted(release);
  try {
    webhook = await subscribe(stack.urls.http, receiver.url);
    const { secret, since } = webhook;
    receiver.reply = (event) => ({ status: isSigned(event, secret) ? 204 : 401 });
    const runs = await runAll(scenarios, stack, api, tell);
    const { taken } = receiver;
    const { report } = await verify(stack, api, { since, taken });
    const orders = new Set(taken.map(({ orderId }) => orderId)).size;
    tell(`\n${style.strong('webhook')}: its receiver took ${taken.length} events of ${orders} orders, each signed`);
    return { runs, report };
  } finally {
    await release();
  }
}

function isSigned({ body, headers }: ReceivedEvent, secret: string): boolean {
  try {
    new Verifier(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

async function runAll(
  scenarios: readonly Scenario[],
  stack: DemoStack,
  api: OrderApiClient,
  tell: (line: string) => void,
): Promise<readonly ScenarioRun[]> {
  const restockClient = new RestockClient(stack.urls.inventory);
  const reader = new EvidenceReader(connectionTo(stack));
  const tools = new ScenarioTools(api, restockClient, stack, (line) => tell(style.strong(`  ${line}`)));
  const runs: ScenarioRun[] = [];
  try {
    for (const scenario of scenarios) {
      tell(`\n${style.strong(scenario.name)}: ${scenario.description}`);
      const run = await runScenario(scenario, tools, reader);
      runs.push(run);
      if (run.evidence !== undefined) {
        tell(orderLines(run.evidence, style).join('\n'));
      }
      for (const deviation of run.deviations) {
        tell(style.bad(`  ${deviation}`));
      }
      if (run.deviations.length === 0) {
        tell(style.good('  as it must be'));
      }
    }
    return runs;
  } finally {
    restockClient.close();
    reader.close();
  }
}

async function verify(stack: DemoStack, { promises }: OrderApiClient, webhook: WebhookRecord): Promise<Verification> {
  const reader = new SnapshotReader(connectionTo(stack));
  try {
    return await verifyInvariants(reader, promises, { drainSeconds: DRAIN_SECONDS, expected: { webhooks: [webhook] } });
  } finally {
    reader.close();
  }
}

/** One line about a request that writes. Ids are cut to eight characters, so that it stays one line. */
function writeLines({ request: { path, body }, exchange: { outcome } }: RecordedExchange): readonly string[] {
  if (body === undefined) {
    return [];
  }
  const answer =
    outcome.kind === 'answered'
      ? `${outcome.http_status} ${JSON.stringify(withData.safeParse(outcome.body).data?.data ?? outcome.body)}`
      : `no answer: ${outcome.error}`;
  const line = `POST ${path} ${JSON.stringify(body)} -> ${answer}`;
  return [line.replaceAll(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$1..')];
}

function connectionTo({ urls }: DemoStack) {
  return awsConnectionFrom({ ...process.env, AWS_ENDPOINT_URL: urls.endpoint });
}
