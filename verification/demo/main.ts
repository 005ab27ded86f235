import { awsConnectionFrom } from '../invariants/reader/aws-connection.ts';
import { SnapshotReader } from '../invariants/reader/snapshot-reader.ts';
import { type Verification, verifyInvariants } from '../invariants/verification.ts';
import { Stocker } from '../stack/stocker.ts';
import { type DemoStack, openDemoStack } from './demo-stack.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { type DemoOptions, help, readDemoOptions } from './options.ts';
import { type PlayedScenario, playScenario } from './play.ts';
import { Shop } from './shop.ts';
import { Stage } from './stage.ts';
import { storyOf, styleFor } from './story.ts';
import { summaryOf } from './summary.ts';
import { exitCodeOf } from './verdict.ts';

const style = styleFor(process.stdout);
const DRAIN_SECONDS = 120;

async function main(options: DemoOptions): Promise<number> {
  const say = options.json ? () => {} : (line: string) => console.log(line);
  const stack = await openDemoStack(options.ownStack, say);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void stack.release().finally(() => process.exit(1));
    });
  }
  try {
    const shop = new Shop(stack.urls.http, (line) => say(style.faint(`  ${line}`)));
    const results = await playAll(options, stack, shop, say);
    const { report } = await verify(stack, shop);
    const exitCode = exitCodeOf(results, report.verdict);
    if (options.json) {
      console.log(JSON.stringify({ passed: exitCode === 0, scenarios: results, invariants: report }, null, 2));
    } else {
      say(summaryOf(results, report, style));
    }
    return exitCode;
  } finally {
    await stack.release();
  }
}

async function playAll(
  options: DemoOptions,
  stack: DemoStack,
  shop: Shop,
  say: (line: string) => void,
): Promise<readonly PlayedScenario[]> {
  const stocker = new Stocker(stack.urls.inventory);
  const reader = new EvidenceReader(connectionTo(stack));
  const stage = new Stage(shop, stocker, stack, (line) => say(style.strong(`  ${line}`)));
  const results: PlayedScenario[] = [];
  try {
    for (const scenario of options.scenarios) {
      say(`\n${style.strong(scenario.name)}: ${scenario.story}`);
      const result = await playScenario(scenario, stage, reader);
      results.push(result);
      if (result.evidence !== undefined) {
        say(storyOf(result.evidence, style).join('\n'));
      }
      for (const fault of result.faults) {
        say(style.bad(`  ${fault}`));
      }
      if (result.faults.length === 0) {
        say(style.good('  as it must be'));
      }
    }
    return results;
  } finally {
    stocker.close();
    reader.close();
  }
}

async function verify(stack: DemoStack, shop: Shop): Promise<Verification> {
  const reader = new SnapshotReader(connectionTo(stack));
  try {
    return await verifyInvariants(reader, shop.answers, { drain_seconds: DRAIN_SECONDS });
  } finally {
    reader.close();
  }
}

function connectionTo({ urls }: DemoStack) {
  return awsConnectionFrom({ ...process.env, AWS_ENDPOINT_URL: urls.endpoint });
}

function readOptions(): DemoOptions | 'help' | undefined {
  try {
    return readDemoOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nSee: npm run demo -- --help`);
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) {
  process.exitCode = 2;
} else if (options === 'help') {
  console.log(help);
} else {
  process.exitCode = await main(options).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
}
